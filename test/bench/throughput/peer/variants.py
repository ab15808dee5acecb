"""One network in the forms that PyTorch can run it in."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

CHANNELS_LAST = "channels-last"

Variants = dict[str, tuple[Callable[[Tensor], Tensor], Tensor]]


@torch.no_grad()
def make_variants(build: Callable[[], nn.Module], inputs: Tensor, only: str | None) -> Variants:
    """
    Name -> network with its inputs, which have the network's memory layout already.

    `eager` is what a user of the original code runs: convolution, BatchNorm with re-estimated
    statistics and activation as separate operators. `frozen` is TorchScript with BatchNorm folded
    (torch.jit.freeze). `optimized` adds torch.jit.optimize_for_inference; PyTorch 1.13 then gives
    wrong results after a hard swish or hard sigmoid of channels that are no multiple of 16, so the
    suite shows how far off it is. Networks of convolutions come a second time with channels last.
    """
    layouts = {"": torch.contiguous_format, f"/{CHANNELS_LAST}": torch.channels_last}
    if has_tokens(build()):
        del layouts[f"/{CHANNELS_LAST}"]
    variants: Variants = {}
    for suffix, memory_format in layouts.items():
        wanted = [
            kind
            for kind in ("eager", "frozen", "optimized")
            if only is None or f"{kind}{suffix}" == only
        ]
        if not wanted:
            continue
        network = build().to(memory_format=memory_format)
        laid_out = inputs.contiguous(memory_format=memory_format)
        for kind in wanted:
            variants[kind + suffix] = (compiled(kind, network, laid_out), laid_out)
    return variants


def has_tokens(network: nn.Module) -> bool:
    return any(isinstance(module, nn.LayerNorm) for module in network.modules())


def compiled(kind: str, network: nn.Module, inputs: Tensor) -> Callable[[Tensor], Tensor]:
    if kind == "eager":
        return network
    traced = torch.jit.trace(network, inputs[:2])
    return torch.jit.freeze(traced) if kind == "frozen" else torch.jit.optimize_for_inference(traced)
