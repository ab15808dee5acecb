"""Writes checkpoints with real PyTorch, and what it sees in their tensors. Argument: a folder."""

import argparse
import json
import random
import sys
from collections import OrderedDict, defaultdict

import numpy
import torch

folder = sys.argv[1]
torch.manual_seed(0)

dtypes = {
    torch.float64: "float64",
    torch.float32: "float32",
    torch.float16: "float16",
    torch.bfloat16: "bfloat16",
    torch.int64: "int64",
    torch.int32: "int32",
    torch.int16: "int16",
    torch.int8: "int8",
    torch.uint8: "uint8",
    torch.bool: "bool",
}


def seen(tensor):
    plain = tensor.detach().contiguous().clone()
    bits = plain.reshape(-1).view(torch.uint8) if plain.numel() else plain
    return {
        "dtype": dtypes[tensor.dtype],
        "shape": list(tensor.shape),
        "hex": bytes(bits.tolist()).hex(),
    }


def save(name, checkpoint, weights, **options):
    """Writes both containers; `weights` are the tensors to be found, by their names there."""
    torch.save(checkpoint, f"{folder}/{name}.zip.pth", **options)
    torch.save(
        checkpoint,
        f"{folder}/{name}.legacy.pth",
        _use_new_zipfile_serialization=False,
        **options,
    )
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump({key: seen(tensor) for key, tensor in weights.items()}, file)


def all_dtypes():
    values = torch.tensor([0.1, -2.5, 0.0, 65504.0])
    floats = {name: values.to(dtype) for dtype, name in dtypes.items() if dtype.is_floating_point}
    counts = torch.tensor([1, 0, 100])
    integers = {
        name: counts.to(dtype) for dtype, name in dtypes.items() if not dtype.is_floating_point
    }
    return {**floats, **integers, "scalar": torch.tensor(-(2**60)), "empty": torch.empty(0, 3)}


def views():
    base = torch.arange(60, dtype=torch.float32).reshape(3, 4, 5)
    return {
        "base": base,
        "transposed": base.transpose(0, 2),
        "row": base[1],
        "column": base[:, 2, 3],
        "steps": base[::2, 1::2, ::3],
        "window": base.reshape(-1).unfold(0, 7, 3),
        "expanded": torch.tensor([[1.5], [2.5]]).expand(2, 4),
        "channels_last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "half_transposed": base[0].half().t(),
        "long_transposed": base[0].long().t(),
        "bool_transposed": (base[0] > 7).t(),
        "double_transposed": base[0].double().t(),
        "tied": base,
    }


network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.Flatten(), torch.nn.Linear(8, 4)
)
optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
network(torch.randn(2, 3, 3, 3)).sum().backward()
optimizer.step()
state = network.state_dict()
parallel = OrderedDict((f"module.{key}", value) for key, value in state.items())
parallel._metadata = state._metadata

# Storages are tagged with the device that they were on; there is none here.
torch.serialization.location_tag = lambda storage: "cuda:0"
save("dtypes", all_dtypes(), all_dtypes())
everything = views()
save("views", {"model_state_dict": everything}, everything)
save("protocol-4", {"state_dict": parallel}, state, pickle_protocol=4)

itself = {"numbers": numpy.arange(20_000)}
itself["itself"] = itself
save(
    "training",
    {
        "model": parallel,
        "optimizer": optimizer.state_dict(),
        "lr_scheduler": {"base_lrs": [0.1], "last_epoch": 3},
        "epoch": 3,
        "scaler": {"scale": 65536.0},
        "args": argparse.Namespace(
            device=torch.device("cuda"), lr=numpy.float64(0.1), size=torch.Size([1, 2])
        ),
        "random": (random.getstate(), torch.get_rng_state(), numpy.random.get_state()),
        "sets": [{1, 2}, frozenset("a"), b"bytes", 1 << 200, 1e300, range(3), slice(1)],
        "counts": defaultdict(int, a=1),
        "parameter": network[0].weight,
        "storage": torch.arange(3.0).storage(),
        "complex": torch.zeros(2, dtype=torch.complex64),
        "itself": itself,
    },
    state,
)
save(
    "kinds",
    {
        "plain": torch.ones(2),
        "parameter": torch.nn.Parameter(torch.ones(3)),
        "sparse": torch.eye(3).to_sparse(),
        "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "complex": torch.zeros(2, dtype=torch.complex64),
        "missing": None,
    },
    {"plain": torch.ones(2), "parameter": torch.ones(3)},
)
save("network", network, {})
