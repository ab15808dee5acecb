"""
Reference outputs of the demo supernet for the tests of the TypeScript evaluator.

The network below is a second, plain implementation: PyTorch's own convolutions in float64, NCHW.
It shares no layer with supernet.py, so the two check each other too.

    python3 golden.py --cache CACHE --weights ../weights/digits.safetensors \\
        --output ../golden/digits.json
"""

import argparse
import json
import random
import re
from pathlib import Path

import torch
import torch.nn.functional as F

from images import Split, read_safetensors
from supernet import (
    BLOCKS,
    BN_EPSILON,
    MAX_DEPTH,
    RESOLUTIONS,
    STAGES,
    Supernet,
    active_blocks,
    block_prefix,
    calibrate,
    count_macs,
    count_params,
    largest_architecture,
    predict_correct,
    random_architecture,
    round8,
    smallest_architecture,
)


class PlainSubnet:
    """One subnet by OFA's rules; counts multiply-accumulates and parameters as it runs."""

    def __init__(self, tensors, architecture, statistics=None):
        self.tensors = tensors
        self.architecture = architecture
        self.statistics = statistics  # None: the checkpoint's running statistics; {}: collect
        self.collected = {}
        self.macs = 0
        self.params = 0

    def convolution(self, x, weight, bias=None, stride=1, groups=1):
        y = F.conv2d(x, weight, bias, stride, weight.shape[2] // 2, groups=groups)
        self.macs += weight.numel() * y.shape[2] * y.shape[3]
        self.params += weight.numel() + (0 if bias is None else bias.numel())
        return y

    def batch_norm(self, x, name):
        channels = x.shape[1]
        weight, bias = (self.tensors[f"{name}.{part}"][:channels] for part in ("weight", "bias"))
        self.params += 2 * channels
        if self.statistics is None:
            mean, var = (
                self.tensors[f"{name}.running_{part}"][:channels] for part in ("mean", "var")
            )
        elif name in self.statistics:
            mean, var = self.statistics[name]
        else:
            mean = x.mean((0, 2, 3))
            var = ((x - mean[:, None, None]) ** 2).mean((0, 2, 3))
            self.collected.setdefault(name, []).append((x.shape[0], mean, var))
        scale = weight / (var + BN_EPSILON).sqrt()
        return (x - mean[:, None, None]) * scale[:, None, None] + bias[:, None, None]

    def kernel(self, prefix, middle, size):
        weight = self.tensors[f"{prefix}.depth_conv.conv.conv.weight"][:middle]
        for smaller, matrix in ((5, "7to5_matrix"), (3, "5to3_matrix")):
            if size <= smaller:
                centre = weight[:, :, 1 : smaller + 1, 1 : smaller + 1].reshape(middle, smaller**2)
                centre = F.linear(centre, self.tensors[f"{prefix}.depth_conv.conv.{matrix}"])
                weight = centre.view(middle, 1, smaller, smaller)
        return weight

    def block(self, x, index):
        stage, position = divmod(index, MAX_DEPTH)
        prefix, tensors = block_prefix(index), self.tensors
        activation = F.hardswish if STAGES[stage].hard_swish else F.relu
        stride = STAGES[stage].stride if position == 0 else 1
        middle = round8(x.shape[1] * self.architecture["e"][index])
        expand = tensors[f"{prefix}.inverted_bottleneck.conv.conv.weight"][:middle]
        y = activation(
            self.batch_norm(self.convolution(x, expand), f"{prefix}.inverted_bottleneck.bn.bn")
        )
        kernel = self.kernel(prefix, middle, self.architecture["ks"][index])
        y = self.convolution(y, kernel, stride=stride, groups=middle)
        y = activation(self.batch_norm(y, f"{prefix}.depth_conv.bn.bn"))
        if STAGES[stage].squeeze_excite:
            name, squeeze = f"{prefix}.depth_conv.se.fc", round8(middle // 4)
            gate = F.relu(
                self.convolution(
                    y.mean((2, 3), keepdim=True),
                    tensors[f"{name}.reduce.weight"][:squeeze, :middle],
                    tensors[f"{name}.reduce.bias"][:squeeze],
                )
            )
            gate = self.convolution(
                gate,
                tensors[f"{name}.expand.weight"][:middle, :squeeze],
                tensors[f"{name}.expand.bias"][:middle],
            )
            y = y * F.hardsigmoid(gate)
        project = tensors[f"{prefix}.point_linear.conv.conv.weight"][:, :middle]
        y = self.batch_norm(self.convolution(y, project), f"{prefix}.point_linear.bn.bn")
        return y + x if stride == 1 and y.shape[1] == x.shape[1] else y

    def forward(self, x):
        """[n, 3, r, r] -> logits [n, classes]."""
        self.macs = self.params = 0
        tensors = self.tensors
        x = self.convolution(x, tensors["first_conv.conv.weight"], stride=2)
        x = F.hardswish(self.batch_norm(x, "first_conv.bn"))
        first = "blocks.0.mobile_inverted_conv"
        y = self.convolution(x, tensors[f"{first}.depth_conv.conv.weight"], groups=x.shape[1])
        y = F.relu(self.batch_norm(y, f"{first}.depth_conv.bn"))
        y = self.convolution(y, tensors[f"{first}.point_linear.conv.weight"])
        x = x + self.batch_norm(y, f"{first}.point_linear.bn")
        for index in active_blocks(self.architecture):
            x = self.block(x, index)
        x = self.convolution(x, tensors["final_expand_layer.conv.weight"])
        x = F.hardswish(self.batch_norm(x, "final_expand_layer.bn")).mean((2, 3), keepdim=True)
        x = F.hardswish(self.convolution(x, tensors["feature_mix_layer.conv.weight"])).flatten(1)
        weight, bias = tensors["classifier.linear.weight"], tensors["classifier.linear.bias"]
        self.macs += weight.numel()
        self.params += weight.numel() + bias.numel()
        return F.linear(x, weight, bias)

    def calibrate(self, batches):
        """Re-estimates BatchNorm; returns name -> (mean, variance)."""
        self.statistics, self.collected = {}, {}
        for batch in batches:
            self.forward(batch)
        self.statistics = {}
        for name, entries in self.collected.items():
            total = sum(images for images, _, _ in entries)
            self.statistics[name] = tuple(
                sum(entry[0] * entry[part] for entry in entries) / total for part in (1, 2)
            )
        return self.statistics


def digits9(value):
    return float(f"{value:.9g}")


def logits_of(tensor):
    return [[digits9(value) for value in row] for row in tensor.tolist()]


def pixels(split, resolution, rows):
    return split.batch(resolution, rows, torch.float64).transpose(0, 1).contiguous()


def reference(tensors, supernet, architecture, calibration, validation):
    resolution = architecture["r"]
    images = pixels(validation, resolution, slice(0, 4))
    subnet = PlainSubnet(tensors, architecture)
    running = subnet.forward(images)
    if (subnet.macs, subnet.params) != (count_macs(architecture), count_params(architecture)):
        raise AssertionError("closed form and counting while running disagree")
    batches = [pixels(calibration, resolution, slice(start, start + 100)) for start in (0, 100)]
    statistics = subnet.calibrate(batches)
    recalibrated = subnet.forward(images)
    fast = supernet.forward(
        images.float().transpose(0, 1).contiguous(),
        architecture,
        calibrate(supernet, architecture, calibration, images=200),
    )
    if (fast - recalibrated).abs().max() > 1e-3:
        raise AssertionError("supernet.py and the plain network disagree")
    hits = predict_correct(
        supernet, architecture, calibrate(supernet, architecture, calibration), validation
    )
    return {
        "architecture": architecture,
        "macs": subnet.macs,
        "params": subnet.params,
        "logitsRunning": logits_of(running),
        "logitsCalibrated": logits_of(recalibrated),
        "statisticsNorms": {
            name: {"mean": digits9(mean.norm().item()), "variance": digits9(var.norm().item())}
            for name, (mean, var) in statistics.items()
        },
        "top1Percent": round(100 * hits.double().mean().item(), 6),
    }


def mixed_architecture(seed, resolution):
    """A random subnet with all kernels among its active blocks and some inactive block."""
    generator = random.Random(seed)
    while True:
        architecture = {**random_architecture(generator), "r": resolution}
        active = active_blocks(architecture)
        if len(active) < BLOCKS and {architecture["ks"][index] for index in active} == {3, 5, 7}:
            return architecture


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    stored = read_safetensors(arguments.weights)
    tensors = {name: torch.from_numpy(value.astype("float64")) for name, value in stored.items()}
    supernet = Supernet(0)
    supernet.load(stored)
    calibration, validation = (
        Split(arguments.cache, name) for name in ("calibration", "validation")
    )
    subnets = {
        "smallest": smallest_architecture(min(RESOLUTIONS)),
        "largest": largest_architecture(max(RESOLUTIONS)),
        "mixed16": mixed_architecture(16, 16),
        "mixed20": mixed_architecture(20, 20),
        "mixed24": mixed_architecture(24, 24),
    }
    golden = {
        "comment": (
            "float64 reference by trainer/golden.py. Logits: first 4 validation images, with the "
            "checkpoint's running statistics, and (Calibrated, statisticsNorms) after "
            "re-estimation on calibration images 0-99 and 100-199. top1Percent, in float32: all "
            "validation images after re-estimation on all calibration images in batches of 100."
        ),
        "labels": validation.labels[:4].tolist(),
        "subnets": {
            name: reference(tensors, supernet, architecture, calibration, validation)
            for name, architecture in subnets.items()
        },
    }
    text = json.dumps(golden, indent=1)
    # Rows of numbers on one line each.
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda row: f"[{' '.join(row[1].split())}]", text)
    Path(arguments.output).write_text(text + "\n")


if __name__ == "__main__":
    main()
