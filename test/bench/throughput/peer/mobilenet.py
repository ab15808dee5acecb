"""A subnet of once-for-all's MobileNetV3, of any stage table: the published ones and the demo's."""

from torch import Tensor, nn

from layers import ACTIVATIONS, GlobalPool, Residual, Weights, convolution, linear


def build(spec: dict, architecture: dict, weights: Weights) -> nn.Module:
    stem, final = spec["stem"], spec["finalExpand"]
    return nn.Sequential(
        convolution(weights["first_conv.conv.weight"], stride=2),
        weights.batch_norm("first_conv.bn", stem),
        nn.Hardswish(inplace=True),
        first_block(spec, weights),
        *elastic_blocks(spec, architecture, weights),
        convolution(weights["final_expand_layer.conv.weight"]),
        weights.batch_norm("final_expand_layer.bn", final),
        nn.Hardswish(inplace=True),
        GlobalPool(),
        convolution(weights["feature_mix_layer.conv.weight"]),
        nn.Hardswish(inplace=True),
        nn.Flatten(),
        linear(weights["classifier.linear.weight"], weights["classifier.linear.bias"]),
    )


def round8(value: float) -> int:
    """Nearest multiple of 8, but never less than 90 % of the value."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def first_block(spec: dict, weights: Weights) -> nn.Module:
    name, stem, width = "blocks.0.mobile_inverted_conv", spec["stem"], spec["firstBlock"]
    body = nn.Sequential(
        convolution(weights[f"{name}.depth_conv.conv.weight"], groups=stem),
        weights.batch_norm(f"{name}.depth_conv.bn", stem),
        nn.ReLU(inplace=True),
        convolution(weights[f"{name}.point_linear.conv.weight"]),
        weights.batch_norm(f"{name}.point_linear.bn", width),
    )
    return Residual(body) if stem == width else body


def elastic_blocks(spec: dict, architecture: dict, weights: Weights) -> list[nn.Module]:
    """Of each stage the first blocks run; the genes of the others are carried along."""
    blocks, width_in = [], spec["firstBlock"]
    for index, stage in enumerate(spec["stages"]):
        for position in range(architecture["d"][index]):
            gene = index * max(spec["depths"]) + position
            blocks.append(elastic_block(gene, position, width_in, stage, architecture, weights))
            width_in = stage["width"]
    return blocks


def elastic_block(
    gene: int, position: int, width_in: int, stage: dict, architecture: dict, weights: Weights
) -> nn.Module:
    """Leading channels everywhere; `blocks.0` is the fixed one, so gene i is of `blocks.(i + 1)`."""
    name = f"blocks.{gene + 1}.mobile_inverted_conv"
    middle = round8(width_in * architecture["e"][gene])
    stride = stage["stride"] if position == 0 else 1
    activation = ACTIVATIONS[stage["activation"]]
    kernel = elastic_kernel(weights, f"{name}.depth_conv.conv", middle, architecture["ks"][gene])
    layers = [
        convolution(weights[f"{name}.inverted_bottleneck.conv.conv.weight"][:middle]),
        weights.batch_norm(f"{name}.inverted_bottleneck.bn.bn", middle),
        activation(inplace=True),
        convolution(kernel, stride, groups=middle),
        weights.batch_norm(f"{name}.depth_conv.bn.bn", middle),
        activation(inplace=True),
    ]
    if stage["squeezeExcite"]:
        layers.append(SqueezeExcite(weights, f"{name}.depth_conv.se.fc", middle))
    layers += [
        convolution(weights[f"{name}.point_linear.conv.conv.weight"][:, :middle]),
        weights.batch_norm(f"{name}.point_linear.bn.bn", stage["width"]),
    ]
    body = nn.Sequential(*layers)
    return Residual(body) if stride == 1 and width_in == stage["width"] else body


def elastic_kernel(weights: Weights, name: str, channels: int, size: int) -> Tensor:
    """Smaller kernels are made from the centre of the larger by a learned matrix."""
    weight = weights[f"{name}.conv.weight"][:channels]
    for smaller, matrix in ((5, "7to5_matrix"), (3, "5to3_matrix")):
        if size <= smaller:
            centre = weight[:, :, 1 : smaller + 1, 1 : smaller + 1].flatten(1)
            product = centre @ weights[f"{name}.{matrix}"].t()
            weight = product.view(channels, 1, smaller, smaller)
    return weight


class SqueezeExcite(nn.Module):
    def __init__(self, weights: Weights, name: str, channels: int):
        super().__init__()
        squeeze = round8(channels // 4)
        self.reduce = convolution(
            weights[f"{name}.reduce.weight"][:squeeze, :channels],
            bias=weights[f"{name}.reduce.bias"][:squeeze],
        )
        self.expand = convolution(
            weights[f"{name}.expand.weight"][:channels, :squeeze],
            bias=weights[f"{name}.expand.bias"][:channels],
        )
        self.activation = nn.ReLU(inplace=True)
        self.gate = nn.Hardsigmoid(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.expand(self.activation(self.reduce(y))))
