"""
Saves the tensors of a safetensors file with PyTorch, as the authors of a supernet did.

    python3 save_with_torch.py IN.safetensors OUT.pth legacy|zip WRAPPER [PREFIX]

WRAPPER is the key that the state dict lies under. Beside it lies what training leaves behind.
"""

import argparse
import json
import sys
from collections import OrderedDict

import numpy as np
import torch

DTYPES = {"F32": np.float32, "I64": np.int64}


def read_safetensors(path):
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        body = file.read()
    tensors = OrderedDict()
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        array = np.frombuffer(body[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors


def main():
    source, target, container, wrapper, *rest = sys.argv[1:]
    prefix = rest[0] if rest else ""
    tensors = read_safetensors(source)
    state = OrderedDict((prefix + name, tensor) for name, tensor in tensors.items())
    checkpoint = {
        wrapper: state,
        "epoch": 500,
        "args": argparse.Namespace(lr=0.5, gp=True),
        "optimizer": {"state": {0: {"momentum_buffer": torch.zeros(3)}}, "param_groups": []},
    }
    torch.save(checkpoint, target, _use_new_zipfile_serialization=container == "zip")


main()
