"""Layers with given weights, shared by the networks."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

BATCH_NORM_EPSILON = 1e-5

ACTIVATIONS = {"relu": nn.ReLU, "h-swish": nn.Hardswish}


class Weights:
    """
    A supernet's tensors (arrays, of which only those that are asked for are copied), and re-estimated
    BatchNorm statistics by BatchNorm name.
    """

    def __init__(self, tensors: Mapping, statistics: Mapping):
        self.tensors = tensors
        self.statistics = statistics

    def __getitem__(self, name: str) -> Tensor:
        return torch.from_numpy(self.tensors[name].copy())

    def batch_norm(self, name: str, channels: int) -> nn.BatchNorm2d:
        """Supernets of single-path one-shot have neither scale nor shift."""
        is_affine = f"{name}.weight" in self.tensors
        layer = nn.BatchNorm2d(channels, eps=BATCH_NORM_EPSILON, affine=is_affine)
        if is_affine:
            layer.weight.data = self[f"{name}.weight"][:channels].clone()
            layer.bias.data = self[f"{name}.bias"][:channels].clone()
        layer.running_mean.copy_(torch.tensor(self.statistics[name]["mean"]))
        layer.running_var.copy_(torch.tensor(self.statistics[name]["variance"]))
        return layer


def convolution(
    weight: Tensor, stride: int = 1, groups: int = 1, bias: Tensor | None = None
) -> nn.Conv2d:
    """Padding keeps the size."""
    outputs, inputs, kernel, _ = weight.shape
    layer = nn.Conv2d(
        inputs * groups,
        outputs,
        kernel,
        stride,
        kernel // 2,
        groups=groups,
        bias=bias is not None,
    )
    layer.weight.data = weight.contiguous()
    if bias is not None:
        layer.bias.data = bias.contiguous()
    return layer


def linear(weight: Tensor, bias: Tensor | None = None) -> nn.Linear:
    outputs, inputs = weight.shape
    layer = nn.Linear(inputs, outputs, bias=bias is not None)
    layer.weight.data = weight.contiguous()
    if bias is not None:
        layer.bias.data = bias.contiguous()
    return layer


class Residual(nn.Module):
    def __init__(self, body: nn.Module):
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + x


class GlobalPool(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3), keepdim=True)
