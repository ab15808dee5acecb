"""
The PyTorch side of the throughput suite: one subnet, extracted as a static network.

Reads commands from standard input and answers on standard output, one JSON object per line, so that
its rounds can alternate with those of ONNX Runtime:

    {"do": "load", "spec": {...}, "weights": F.safetensors, "statistics": F.json,
     "architecture": {...}, "inputs": F.npy, "threads": 2}     -> {"networks": ["eager", ...]}
    {"do": "logits", "network": "eager", "images": 4, "output": F.npy}        -> {"images": 4}
    {"do": "time", "network": "eager", "batch": 16, "seconds": 1.0}
                                          -> {"images": 64, "seconds": 1.1, "cpuSeconds": 2.1}
    {"do": "memory"}                                   -> {"peakBytes": N, "baseBytes": N}

`load` may say {"only": "frozen"}, which makes no network that this one does not need.
"""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

import autoformer
import mobilenet
import shufflenet
from layers import Weights
from tensors import read_safetensors
from variants import make_variants

FAMILIES = {
    "ofa-mobilenet-v3": mobilenet,
    "spos-shufflenet-v2": shufflenet,
    "autoformer": autoformer,
}


def peak_bytes() -> int:
    """Not getrusage's maximum, which begins with that of the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


class Peer:
    """The loaded subnet in all its variants, and the inputs."""

    def __init__(self):
        self.base_bytes = peak_bytes()

    def load(self, command: dict) -> dict:
        torch.set_num_threads(command["threads"])
        spec = command["spec"]
        statistics = json.loads(Path(command["statistics"]).read_text())
        weights = Weights(read_safetensors(command["weights"]), statistics)
        family = FAMILIES[spec["family"]]

        def build() -> nn.Module:
            return family.build(spec, command["architecture"], weights).eval()

        self.inputs = torch.from_numpy(np.load(command["inputs"]))
        self.networks = make_variants(build, self.inputs, command.get("only"))
        self.next = 0
        self.warm = set()
        return {"networks": list(self.networks)}

    @torch.inference_mode()
    def logits(self, command: dict) -> dict:
        network, inputs = self.networks[command["network"]]
        np.save(command["output"], network(inputs[: command["images"]]).numpy())
        return {"images": command["images"]}

    @torch.inference_mode()
    def time(self, command: dict) -> dict:
        network, inputs = self.networks[command["network"]]
        batch = command["batch"]
        key = (command["network"], batch)
        if key not in self.warm:
            # TorchScript compiles itself during the first runs.
            for _ in range(3):
                network(inputs[:batch])
            self.warm.add(key)
        images, started, cpu_started = 0, time.perf_counter(), time.process_time()
        while True:
            if self.next + batch > len(inputs):
                self.next = 0
            network(inputs[self.next : self.next + batch])
            self.next += batch
            images += batch
            seconds = time.perf_counter() - started
            if seconds >= command["seconds"]:
                break
        cpu_seconds = time.process_time() - cpu_started
        return {"images": images, "seconds": seconds, "cpuSeconds": cpu_seconds}

    def memory(self, _: dict) -> dict:
        return {"peakBytes": peak_bytes(), "baseBytes": self.base_bytes}


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
