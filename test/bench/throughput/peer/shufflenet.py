"""A subnet of single-path one-shot's ShuffleNetV2."""

import torch
from torch import Tensor, nn

from layers import GlobalPool, Weights, convolution, linear

# Of each choice the convolutions of the main branch: position in the original's Sequential, whether
# it has the block's stride, whether a ReLU follows. After depthwise convolutions there is none.
SHUFFLE = ((0, False, True), (3, True, False), (5, False, True))
XCEPTION = (
    (0, True, False),
    (2, False, True),
    (5, False, False),
    (7, False, True),
    (10, False, False),
    (12, False, True),
)
MAIN_BRANCHES = (SHUFFLE, SHUFFLE, SHUFFLE, XCEPTION)


def build(spec: dict, architecture: list[int], weights: Weights) -> nn.Module:
    strides = [
        2 if position == 0 else 1
        for stage in spec["stages"]
        for position in range(stage["repeats"])
    ]
    return nn.Sequential(
        *step(weights, "first_conv", 0, stride=2, relu=True),
        *(
            Block(weights, layer, choice, stride)
            for layer, (choice, stride) in enumerate(zip(architecture, strides, strict=True))
        ),
        *step(weights, "conv_last", 0, relu=True),
        GlobalPool(),
        nn.Flatten(),
        linear(weights["classifier.0.weight"]),
    )


def step(
    weights: Weights, name: str, position: int, stride: int = 1, relu: bool = False
) -> list[nn.Module]:
    """Convolution, BatchNorm and perhaps ReLU; `position` is the convolution's in the original."""
    weight = weights[f"{name}.{position}.weight"]
    outputs, inputs, kernel, _ = weight.shape
    groups = outputs if inputs == 1 and kernel > 1 else 1
    layers = [
        convolution(weight, stride, groups),
        weights.batch_norm(f"{name}.{position + 1}", outputs),
    ]
    return [*layers, nn.ReLU(inplace=True)] if relu else layers


class Block(nn.Module):
    """
    Stride 2: both branches see everything. Stride 1: even channels pass, odd ones go through the
    main branch, which is the shuffle.
    """

    def __init__(self, weights: Weights, layer: int, choice: int, stride: int):
        super().__init__()
        self.stride = stride
        name = f"features.{layer}.{choice}"
        main = []
        for position, is_strided, relu in MAIN_BRANCHES[choice]:
            own_stride = stride if is_strided else 1
            main += step(weights, f"{name}.branch_main", position, own_stride, relu)
        self.main = nn.Sequential(*main)
        if stride == 2:
            self.proj = nn.Sequential(
                *step(weights, f"{name}.branch_proj", 0, stride=2),
                *step(weights, f"{name}.branch_proj", 2, relu=True),
            )

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 2:
            return torch.cat((self.proj(x), self.main(x)), 1)
        return torch.cat((x[:, 0::2], self.main(x[:, 1::2])), 1)
