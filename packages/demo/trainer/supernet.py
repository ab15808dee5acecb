"""
The demo supernet: a small OFA MobileNetV3 with elastic kernel, expansion, depth and resolution.

It is written for fast training on a few CPU cores. Activations are [channels, images, pixels]:

* a 1x1 convolution is one matrix product  [out, in] x [in, images * pixels];
* a depthwise convolution is one matrix product per channel  [images, pixels] x [pixels, pixels'],
  where the second factor holds the kernel's taps (a Toeplitz matrix). On maps of at most 14 x 14
  pixels this is several times faster than PyTorch's depthwise convolution, whose weight gradient
  is slow for 5x5 and 7x7.

Weights carry the names and shapes of OFA's checkpoints. Which of them a subnet uses is OFA's rule:
leading channels, the first blocks of a stage, and smaller kernels made from the centre of the
larger by a learned matrix. golden.py holds an independent plain version of the same network.
"""

import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F

BN_EPSILON = 1e-5
BN_MOMENTUM = 0.1


@dataclass(frozen=True)
class Stage:
    width: int
    stride: int
    hard_swish: bool
    squeeze_excite: bool


STEM = 8
FIRST_BLOCK = 8
STAGES = (
    Stage(16, 1, False, False),
    Stage(16, 2, False, True),
    Stage(24, 1, True, False),
    Stage(32, 2, True, True),
)
FINAL_EXPAND = 96
FEATURE_MIX = 128
CLASSES = 10
DEPTHS = (1, 2, 3)
KERNELS = (3, 5, 7)
EXPANSIONS = (1, 2, 4)
RESOLUTIONS = (12, 16, 20, 24, 28)
MAX_DEPTH = max(DEPTHS)
BLOCKS = len(STAGES) * MAX_DEPTH


def round8(value):
    """Nearest multiple of 8, but never less than 90 % of the value."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def block_channels(index):
    """(input, output) width of searchable block 0..11."""
    stage, position = divmod(index, MAX_DEPTH)
    previous = STAGES[stage - 1].width if stage > 0 else FIRST_BLOCK
    return (previous if position == 0 else STAGES[stage].width), STAGES[stage].width


def block_prefix(index):
    # blocks.0 is the fixed first block, so searchable block i is blocks.(i + 1).
    return f"blocks.{index + 1}.mobile_inverted_conv"


def largest_architecture(resolution):
    return {
        "ks": [max(KERNELS)] * BLOCKS,
        "e": [max(EXPANSIONS)] * BLOCKS,
        "d": [MAX_DEPTH] * len(STAGES),
        "r": resolution,
    }


def smallest_architecture(resolution):
    return {
        "ks": [min(KERNELS)] * BLOCKS,
        "e": [min(EXPANSIONS)] * BLOCKS,
        "d": [min(DEPTHS)] * len(STAGES),
        "r": resolution,
    }


def random_architecture(generator: random.Random):
    return {
        "ks": [generator.choice(KERNELS) for _ in range(BLOCKS)],
        "e": [generator.choice(EXPANSIONS) for _ in range(BLOCKS)],
        "d": [generator.choice(DEPTHS) for _ in STAGES],
        "r": generator.choice(RESOLUTIONS),
    }


def active_blocks(architecture):
    """Indices 0..11 of the blocks that run."""
    return [
        stage * MAX_DEPTH + position
        for stage, depth in enumerate(architecture["d"])
        for position in range(depth)
    ]


def count_macs(architecture):
    """Multiply-accumulates of all convolutions (SE included) and the classifier for one image."""
    size = (architecture["r"] + 1) // 2
    macs = size**2 * (STEM * 27 + STEM * 9 + STEM * FIRST_BLOCK)
    for index in active_blocks(architecture):
        stage, position = divmod(index, MAX_DEPTH)
        width_in, width_out = block_channels(index)
        middle = round8(width_in * architecture["e"][index])
        macs += size**2 * width_in * middle
        if position == 0:
            size = -(-size // STAGES[stage].stride)
        macs += size**2 * middle * (architecture["ks"][index] ** 2 + width_out)
        if STAGES[stage].squeeze_excite:
            macs += 2 * middle * round8(middle // 4)
    macs += size**2 * STAGES[-1].width * FINAL_EXPAND
    return macs + FINAL_EXPAND * FEATURE_MIX + FEATURE_MIX * CLASSES


def count_params(architecture):
    """Trainable numbers of the extracted subnet: no running statistics, no kernel matrices."""
    params = STEM * 27 + 2 * STEM + STEM * 9 + 2 * STEM + STEM * FIRST_BLOCK + 2 * FIRST_BLOCK
    for index in active_blocks(architecture):
        width_in, width_out = block_channels(index)
        middle = round8(width_in * architecture["e"][index])
        params += width_in * middle + 2 * middle
        params += middle * architecture["ks"][index] ** 2 + 2 * middle
        params += middle * width_out + 2 * width_out
        if STAGES[index // MAX_DEPTH].squeeze_excite:
            squeeze = round8(middle // 4)
            params += 2 * middle * squeeze + squeeze + middle
    params += STAGES[-1].width * FINAL_EXPAND + 2 * FINAL_EXPAND + FINAL_EXPAND * FEATURE_MIX
    return params + FEATURE_MIX * CLASSES + CLASSES


class Taps:
    """Where a k x k kernel's taps stand in the Toeplitz matrices of a map size and stride."""

    def __init__(self, area, size, stride):
        k = round(area**0.5)
        out = -(-size // stride)
        self.shape = (size * size, out * out)
        # Input row and column that tap (a, b) reads for output pixel (y, x).
        reach = torch.arange(out)[None, :] * stride + torch.arange(k)[:, None] - k // 2  # [k, out]
        rows = reach[:, None, :, None].expand(k, k, out, out).reshape(area, -1)
        columns = reach[None, :, None, :].expand(k, k, out, out).reshape(area, -1)
        inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
        places = (rows * size + columns) * out * out + torch.arange(out * out)  # [area, pixels']
        self.places = places[inside]  # [used]: flat places in the matrix that hold a tap ...
        tap_of_place = torch.arange(area)[:, None].expand(area, out * out)[inside]
        self.one_hot = F.one_hot(tap_of_place, area).float()  # [used, area]: ... and which one
        self.source = torch.full((self.shape[0] * self.shape[1],), area)  # `area` stands for zero
        self.source[self.places] = tap_of_place


class Toeplitz(torch.autograd.Function):
    """Kernels [channels, k * k] -> [channels, pixels, pixels'], so that x @ it convolves x."""

    @staticmethod
    def forward(context, kernel, taps):
        context.taps = taps
        return F.pad(kernel, (0, 1))[:, taps.source].view(-1, *taps.shape)

    @staticmethod
    def backward(context, gradient):
        return gradient.flatten(1)[:, context.taps.places] @ context.taps.one_hot, None


class Supernet:
    """Weights by OFA name, and the forward pass of any subnet."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)
        self.weights = {}  # trained
        self.buffers = {}  # running statistics
        self.taps = {}  # see depthwise()
        self._convolution("first_conv.conv", (STEM, 3, 3, 3))
        self._batch_norm("first_conv.bn", STEM)
        first = "blocks.0.mobile_inverted_conv"
        self._convolution(f"{first}.depth_conv.conv", (STEM, 1, 3, 3))
        self._batch_norm(f"{first}.depth_conv.bn", STEM)
        self._convolution(f"{first}.point_linear.conv", (FIRST_BLOCK, STEM, 1, 1))
        self._batch_norm(f"{first}.point_linear.bn", FIRST_BLOCK)
        for index in range(BLOCKS):
            self._block(index)
        self._convolution("final_expand_layer.conv", (FINAL_EXPAND, STAGES[-1].width, 1, 1))
        self._batch_norm("final_expand_layer.bn", FINAL_EXPAND)
        self._convolution("feature_mix_layer.conv", (FEATURE_MIX, FINAL_EXPAND, 1, 1))
        self._tensor(
            "classifier.linear.weight",
            torch.randn(CLASSES, FEATURE_MIX, generator=self.generator) * 0.01,
        )
        self._tensor("classifier.linear.bias", torch.zeros(CLASSES))

    def _tensor(self, name, value):
        self.weights[name] = value.requires_grad_()

    def _convolution(self, name, shape):
        # He initialisation on fan out, as OFA's "he_fout"; for a depthwise kernel fan out = k * k.
        fan_out = shape[2] * shape[3] * (shape[0] if shape[1] > 1 else 1)
        value = torch.randn(shape, generator=self.generator) * (2 / fan_out) ** 0.5
        self._tensor(f"{name}.weight", value)

    def _batch_norm(self, name, channels):
        self._tensor(f"{name}.weight", torch.ones(channels))
        self._tensor(f"{name}.bias", torch.zeros(channels))
        self.buffers[f"{name}.running_mean"] = torch.zeros(channels)
        self.buffers[f"{name}.running_var"] = torch.ones(channels)

    def _block(self, index):
        prefix = block_prefix(index)
        width_in, width_out = block_channels(index)
        middle = round8(width_in * max(EXPANSIONS))
        self._convolution(f"{prefix}.inverted_bottleneck.conv.conv", (middle, width_in, 1, 1))
        self._batch_norm(f"{prefix}.inverted_bottleneck.bn.bn", middle)
        self._convolution(f"{prefix}.depth_conv.conv.conv", (middle, 1, 7, 7))
        self._tensor(f"{prefix}.depth_conv.conv.5to3_matrix", torch.eye(9))
        self._tensor(f"{prefix}.depth_conv.conv.7to5_matrix", torch.eye(25))
        self._batch_norm(f"{prefix}.depth_conv.bn.bn", middle)
        if STAGES[index // MAX_DEPTH].squeeze_excite:
            squeeze = round8(middle // 4)
            name = f"{prefix}.depth_conv.se.fc"
            self._convolution(f"{name}.reduce", (squeeze, middle, 1, 1))
            self._tensor(f"{name}.reduce.bias", torch.zeros(squeeze))
            self._convolution(f"{name}.expand", (middle, squeeze, 1, 1))
            self._tensor(f"{name}.expand.bias", torch.zeros(middle))
        self._convolution(f"{prefix}.point_linear.conv.conv", (width_out, middle, 1, 1))
        self._batch_norm(f"{prefix}.point_linear.bn.bn", width_out)

    # ---- layers; x is [channels, images, pixels] ----

    def batch_norm(self, x, name, statistics):
        """
        statistics: "train" (batch values, running ones updated), a `Calibration` that collects, or
        a dict name -> (mean, variance) to normalise with.
        """
        channels = x.shape[0]
        weight = self.weights[f"{name}.weight"][:channels]
        bias = self.weights[f"{name}.bias"][:channels]
        flat = x.reshape(1, channels, -1)
        if statistics == "train":
            mean = self.buffers[f"{name}.running_mean"][:channels]
            var = self.buffers[f"{name}.running_var"][:channels]
            y = F.batch_norm(flat, mean, var, weight, bias, True, BN_MOMENTUM, BN_EPSILON)
        elif isinstance(statistics, Calibration):
            mean, var = statistics.observe(name, flat, x.shape[1])
            y = F.batch_norm(flat, mean, var, weight, bias, False, 0.0, BN_EPSILON)
        else:
            mean, var = statistics[name]
            y = F.batch_norm(flat, mean, var, weight, bias, False, 0.0, BN_EPSILON)
        return y.view(x.shape)

    def pointwise(self, x, weight):
        """weight [out, in, 1, 1]."""
        y = weight.flatten(1) @ x.reshape(x.shape[0], -1)
        return y.view(weight.shape[0], x.shape[1], x.shape[2])

    def depthwise(self, x, kernel, size, stride):
        """kernel [channels, k * k]; x holds size x size maps; zero padding (k - 1) / 2."""
        key = (kernel.shape[1], size, stride)
        if key not in self.taps:
            self.taps[key] = Taps(*key)
        return torch.bmm(x, Toeplitz.apply(kernel, self.taps[key]))

    def kernel(self, index, middle, size):
        """Depthwise kernel [middle, size * size] of a block, made from its 7x7 weights."""
        name = f"{block_prefix(index)}.depth_conv.conv"
        kernel = self.weights[f"{name}.conv.weight"][:middle]
        if size == 7:
            return kernel.reshape(middle, 49)
        kernel = (
            kernel[:, 0, 1:6, 1:6].reshape(middle, 25) @ self.weights[f"{name}.7to5_matrix"].t()
        )
        if size == 5:
            return kernel
        kernel = kernel.view(middle, 5, 5)[:, 1:4, 1:4].reshape(middle, 9)
        return kernel @ self.weights[f"{name}.5to3_matrix"].t()

    def squeeze_excite(self, x, name):
        weights, middle = self.weights, x.shape[0]
        squeeze = round8(middle // 4)
        pooled = x.mean(2)  # [channels, images]
        reduce = weights[f"{name}.reduce.weight"][:squeeze, :middle, 0, 0]
        hidden = F.relu(reduce @ pooled + weights[f"{name}.reduce.bias"][:squeeze, None])
        expand = weights[f"{name}.expand.weight"][:middle, :squeeze, 0, 0]
        gate = F.hardsigmoid(expand @ hidden + weights[f"{name}.expand.bias"][:middle, None])
        return x * gate.unsqueeze(2)

    def stem(self, images, statistics):
        """images [3, n, r, r] -> [8, n, pixels], map size."""
        padded = F.pad(images, (1, 1, 1, 1))
        resolution = images.shape[2]
        size = (resolution + 1) // 2
        columns = images.new_empty(3, 9, images.shape[1], size, size)
        for tap in range(9):
            row, column = divmod(tap, 3)
            columns[:, tap] = padded[
                :, :, row : row + resolution : 2, column : column + resolution : 2
            ]
        columns = columns.reshape(27, images.shape[1], size * size)
        x = self.pointwise(columns, self.weights["first_conv.conv.weight"].reshape(STEM, 27, 1, 1))
        return F.hardswish(self.batch_norm(x, "first_conv.bn", statistics)), size

    def block(self, x, index, architecture, size, statistics):
        stage, position = divmod(index, MAX_DEPTH)
        stride = STAGES[stage].stride if position == 0 else 1
        activation = F.hardswish if STAGES[stage].hard_swish else F.relu
        width_in, width_out = block_channels(index)
        middle = round8(width_in * architecture["e"][index])
        prefix, weights = block_prefix(index), self.weights
        y = self.pointwise(x, weights[f"{prefix}.inverted_bottleneck.conv.conv.weight"][:middle])
        y = activation(self.batch_norm(y, f"{prefix}.inverted_bottleneck.bn.bn", statistics))
        kernel = self.kernel(index, middle, architecture["ks"][index])
        y = self.depthwise(y, kernel, size, stride)
        y = activation(self.batch_norm(y, f"{prefix}.depth_conv.bn.bn", statistics))
        if STAGES[stage].squeeze_excite:
            y = self.squeeze_excite(y, f"{prefix}.depth_conv.se.fc")
        y = self.pointwise(y, weights[f"{prefix}.point_linear.conv.conv.weight"][:, :middle])
        y = self.batch_norm(y, f"{prefix}.point_linear.bn.bn", statistics)
        if stride == 1 and width_in == width_out:
            y = y + x
        return y, -(-size // stride)

    def forward(self, images, architecture, statistics):
        """images [3, n, r, r] -> logits [n, classes]."""
        weights = self.weights
        x, size = self.stem(images, statistics)
        first = "blocks.0.mobile_inverted_conv"
        y = self.depthwise(x, weights[f"{first}.depth_conv.conv.weight"].flatten(1), size, 1)
        y = F.relu(self.batch_norm(y, f"{first}.depth_conv.bn", statistics))
        y = self.pointwise(y, weights[f"{first}.point_linear.conv.weight"])
        x = x + self.batch_norm(y, f"{first}.point_linear.bn", statistics)
        for index in active_blocks(architecture):
            x, size = self.block(x, index, architecture, size, statistics)
        x = self.pointwise(x, weights["final_expand_layer.conv.weight"])
        x = F.hardswish(self.batch_norm(x, "final_expand_layer.bn", statistics)).mean(2)
        x = F.hardswish(weights["feature_mix_layer.conv.weight"].flatten(1) @ x)
        return (weights["classifier.linear.weight"] @ x).t() + weights["classifier.linear.bias"]

    # ---- state ----

    def state(self):
        """All tensors by OFA name, as NumPy arrays."""
        return {
            name: value.detach().numpy()
            for name, value in sorted({**self.weights, **self.buffers}.items())
        }

    def load(self, tensors):
        for name, value in {**self.weights, **self.buffers}.items():
            value.data.copy_(torch.from_numpy(tensors[name].copy()))


class Calibration:
    """
    Collects BatchNorm statistics over batches, OFA's way: each batch is normalised with its own
    mean and biased variance; the result is the mean of these, weighted by batch size.
    """

    def __init__(self):
        self.sums = {}

    def observe(self, name, flat, images):
        var, mean = torch.var_mean(flat[0], dim=1, unbiased=False)
        total_mean, total_var, count = self.sums.get(name, (0, 0, 0))
        self.sums[name] = (total_mean + mean * images, total_var + var * images, count + images)
        return mean, var

    def statistics(self):
        return {name: (mean / count, var / count) for name, (mean, var, count) in self.sums.items()}


@torch.no_grad()
def calibrate(supernet, architecture, split, batch_size=100, images=None):
    """BatchNorm statistics of one subnet from the calibration images."""
    calibration = Calibration()
    for start in range(0, len(split) if images is None else images, batch_size):
        rows = slice(start, start + batch_size)
        supernet.forward(split.batch(architecture["r"], rows), architecture, calibration)
    return calibration.statistics()


@torch.no_grad()
def predict_correct(supernet, architecture, statistics, split, batch_size=500):
    """For each image of the split whether the subnet is right: bool [n]."""
    hits = []
    for start in range(0, len(split), batch_size):
        rows = slice(start, start + batch_size)
        logits = supernet.forward(split.batch(architecture["r"], rows), architecture, statistics)
        hits.append(logits.argmax(1) == split.labels[rows])
    return torch.cat(hits)
