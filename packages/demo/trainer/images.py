"""Reads the demo's image files (safetensors, uint8) and normalises batches."""

import json
import struct
from pathlib import Path

import numpy as np
import torch

DTYPES = {"U8": np.uint8, "F32": np.float32, "I64": np.int64}


def read_safetensors(path):
    """Name -> NumPy array, without a copy where possible."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    (header_length,) = struct.unpack("<Q", data[:8].tobytes())
    header = json.loads(data[8 : 8 + header_length].tobytes())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + header_length + offset for offset in entry["data_offsets"])
        tensors[name] = data[start:end].view(DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def write_safetensors(path, tensors, metadata):
    """float32 and int64 arrays, sorted by name, to a file that appears only when complete."""
    names = {np.dtype(np.float32): "F32", np.dtype(np.int64): "I64"}
    header, parts, end = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        # ascontiguousarray turns a scalar into [1]; the shape in the header stays [].
        shape = list(np.shape(tensors[name]))
        header[name] = {
            "dtype": names[array.dtype],
            "shape": shape,
            "data_offsets": [end, end + array.nbytes],
        }
        end += array.nbytes
        parts.append(array.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    temporary = Path(f"{path}.partial")
    temporary.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
    temporary.replace(path)


class Split:
    """One split at all resolutions."""

    def __init__(self, cache, name):
        tensors = read_safetensors(Path(cache) / f"{name}.safetensors")
        self.labels = torch.from_numpy(tensors["labels"].astype(np.int64))
        self.images = {
            int(key.split(".")[1]): torch.from_numpy(np.array(value))
            for key, value in tensors.items()
            if key.startswith("images.")
        }

    def __len__(self):
        return len(self.labels)

    def batch(self, resolution, rows, dtype=torch.float32):
        """Normalised pixels, channel first: [3, n, r, r] (see supernet.py)."""
        pixels = self.images[resolution][rows].permute(3, 0, 1, 2)
        return (pixels.to(dtype).div_(255).sub_(0.5).div_(0.25)).contiguous()
