"""
The PyTorch side of the throughput suite: one subnet of the demo, extracted as a static network.

Reads commands from standard input and answers on standard output, one JSON object per line, so that
its rounds can alternate with those of ONNX Runtime:

    {"do": "load", "weights": F.safetensors, "statistics": F.json, "architecture": {...},
     "inputs": F.npy, "batch": 16, "threads": 2}          -> {"variants": ["eager", ...]}
    {"do": "logits", "variant": "eager", "output": F.npy} -> {"images": 16}    first batch
    {"do": "time", "variant": "eager", "seconds": 1.0}    -> {"perSecond": 1234.5}

`eager` is what a user of the original code runs: convolution, BatchNorm with re-estimated
statistics and activation as separate operators. `frozen` is TorchScript with BatchNorm folded
(torch.jit.freeze). `optimized` adds torch.jit.optimize_for_inference; PyTorch 1.13 then gives wrong
results after a hard swish or hard sigmoid of channels that are no multiple of 16, so the suite
shows how far off it is.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "packages/demo/trainer"))

from images import read_safetensors  # noqa: E402
from supernet import (  # noqa: E402
    BN_EPSILON,
    FINAL_EXPAND,
    MAX_DEPTH,
    STAGES,
    STEM,
    active_blocks,
    block_channels,
    block_prefix,
    round8,
)

WARM_UP_SECONDS = 0.5


class Cutter:
    """Cuts layers out of the supernet by OFA's rules: leading channels, kernels by matrices."""

    def __init__(self, tensors, statistics):
        self.tensors = {name: torch.from_numpy(value.copy()) for name, value in tensors.items()}
        self.statistics = statistics

    def convolution(self, weight, stride=1, groups=1, bias=None):
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

    def batch_norm(self, name, channels):
        layer = nn.BatchNorm2d(channels, eps=BN_EPSILON)
        layer.weight.data = self.tensors[f"{name}.weight"][:channels].clone()
        layer.bias.data = self.tensors[f"{name}.bias"][:channels].clone()
        layer.running_mean.copy_(torch.tensor(self.statistics[name]["mean"]))
        layer.running_var.copy_(torch.tensor(self.statistics[name]["variance"]))
        return layer

    def kernel(self, prefix, middle, size):
        name = f"{prefix}.depth_conv.conv"
        weight = self.tensors[f"{name}.conv.weight"][:middle]
        for smaller, matrix in ((5, "7to5_matrix"), (3, "5to3_matrix")):
            if size <= smaller:
                centre = weight[:, :, 1 : smaller + 1, 1 : smaller + 1].flatten(1)
                weight = (centre @ self.tensors[f"{name}.{matrix}"].t()).view(
                    middle, 1, smaller, smaller
                )
        return weight


class SqueezeExcite(nn.Module):
    def __init__(self, cutter, name, channels):
        super().__init__()
        squeeze, tensors = round8(channels // 4), cutter.tensors
        self.reduce = cutter.convolution(
            tensors[f"{name}.reduce.weight"][:squeeze, :channels],
            bias=tensors[f"{name}.reduce.bias"][:squeeze],
        )
        self.expand = cutter.convolution(
            tensors[f"{name}.expand.weight"][:channels, :squeeze],
            bias=tensors[f"{name}.expand.bias"][:channels],
        )
        self.activation = nn.ReLU(inplace=True)
        self.gate = nn.Hardsigmoid(inplace=True)

    def forward(self, x):
        y = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.expand(self.activation(self.reduce(y))))


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return self.body(x) + x


def elastic_block(cutter, index, architecture):
    stage, position = divmod(index, MAX_DEPTH)
    width_in, width_out = block_channels(index)
    middle = round8(width_in * architecture["e"][index])
    stride = STAGES[stage].stride if position == 0 else 1
    activation = nn.Hardswish if STAGES[stage].hard_swish else nn.ReLU
    prefix, tensors = block_prefix(index), cutter.tensors
    kernel = cutter.kernel(prefix, middle, architecture["ks"][index])
    layers = [
        cutter.convolution(tensors[f"{prefix}.inverted_bottleneck.conv.conv.weight"][:middle]),
        cutter.batch_norm(f"{prefix}.inverted_bottleneck.bn.bn", middle),
        activation(inplace=True),
        cutter.convolution(kernel, stride, groups=middle),
        cutter.batch_norm(f"{prefix}.depth_conv.bn.bn", middle),
        activation(inplace=True),
    ]
    if STAGES[stage].squeeze_excite:
        layers.append(SqueezeExcite(cutter, f"{prefix}.depth_conv.se.fc", middle))
    layers += [
        cutter.convolution(tensors[f"{prefix}.point_linear.conv.conv.weight"][:, :middle]),
        cutter.batch_norm(f"{prefix}.point_linear.bn.bn", width_out),
    ]
    body = nn.Sequential(*layers)
    return Residual(body) if stride == 1 and width_in == width_out else body


def first_block(cutter):
    name, tensors = "blocks.0.mobile_inverted_conv", cutter.tensors
    pointwise = tensors[f"{name}.point_linear.conv.weight"]
    return Residual(
        nn.Sequential(
            cutter.convolution(tensors[f"{name}.depth_conv.conv.weight"], groups=STEM),
            cutter.batch_norm(f"{name}.depth_conv.bn", STEM),
            nn.ReLU(inplace=True),
            cutter.convolution(pointwise),
            cutter.batch_norm(f"{name}.point_linear.bn", pointwise.shape[0]),
        )
    )


class GlobalPool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3), keepdim=True)


def static_subnet(tensors, statistics, architecture):
    cutter = Cutter(tensors, statistics)
    classifier_weight = cutter.tensors["classifier.linear.weight"]
    classifier = nn.Linear(classifier_weight.shape[1], classifier_weight.shape[0])
    classifier.weight.data = classifier_weight
    classifier.bias.data = cutter.tensors["classifier.linear.bias"]
    network = nn.Sequential(
        cutter.convolution(cutter.tensors["first_conv.conv.weight"], stride=2),
        cutter.batch_norm("first_conv.bn", STEM),
        nn.Hardswish(inplace=True),
        first_block(cutter),
        *(elastic_block(cutter, index, architecture) for index in active_blocks(architecture)),
        cutter.convolution(cutter.tensors["final_expand_layer.conv.weight"]),
        cutter.batch_norm("final_expand_layer.bn", FINAL_EXPAND),
        nn.Hardswish(inplace=True),
        GlobalPool(),
        cutter.convolution(cutter.tensors["feature_mix_layer.conv.weight"]),
        nn.Hardswish(inplace=True),
        nn.Flatten(),
        classifier,
    )
    return network.eval()


class Peer:
    """The loaded subnet in all its variants, and the inputs."""

    def load(self, command):
        torch.set_num_threads(command["threads"])
        self.inputs = torch.from_numpy(np.load(command["inputs"]))
        self.batch, self.next = command["batch"], 0
        eager = static_subnet(
            read_safetensors(command["weights"]),
            json.loads(Path(command["statistics"]).read_text()),
            command["architecture"],
        )
        traced = torch.jit.trace(eager, self.inputs[: self.batch])
        self.variants = {
            "eager": eager,
            "frozen": torch.jit.freeze(traced),
            "optimized": torch.jit.optimize_for_inference(traced),
        }
        # TorchScript compiles itself during the first runs.
        for network in self.variants.values():
            self.speed(network, WARM_UP_SECONDS)
        return {"variants": list(self.variants)}

    def logits(self, command):
        rows = self.inputs[: self.batch]
        np.save(command["output"], self.variants[command["variant"]](rows).numpy())
        return {"images": len(rows)}

    def time(self, command):
        network = self.variants[command["variant"]]
        return {"perSecond": self.speed(network, command["seconds"])}

    def speed(self, network, seconds):
        """Runs whole batches until the time is up; images per second."""
        started, done = time.perf_counter(), 0
        while True:
            network(self.inputs[self.next : self.next + self.batch])
            self.next += self.batch
            if self.next + self.batch > len(self.inputs):
                self.next = 0
            done += self.batch
            elapsed = time.perf_counter() - started
            if elapsed >= seconds:
                return done / elapsed


@torch.inference_mode()
def main():
    peer = Peer()
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(peer, command["do"])(command)
        except Exception as error:  # told to the suite, which decides
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
