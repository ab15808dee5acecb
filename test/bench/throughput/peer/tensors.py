"""Reads safetensors files."""

import json
import struct

import numpy as np

DTYPES = {"F32": np.float32, "I64": np.int64}


def read_safetensors(path: str) -> dict[str, np.ndarray]:
    """Name -> array, mapped from the file and not copied."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    (header_length,) = struct.unpack("<Q", data[:8].tobytes())
    body = 8 + header_length
    header = json.loads(data[8:body].tobytes())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        array = data[body + start : body + end].view(DTYPES[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return tensors
