"""
Measures what a search will find: spread of random subnets, how far the validation images can tell
subnets apart, and whether the best subnet within a limit is more than the largest one.

    python3 landscape.py --cache CACHE --weights ../weights/digits.safetensors [--samples 60]
"""

import argparse
import random

import numpy as np
import torch

from images import Split, read_safetensors
from supernet import (
    RESOLUTIONS,
    Supernet,
    calibrate,
    count_macs,
    largest_architecture,
    predict_correct,
    random_architecture,
    smallest_architecture,
)


def rank_correlation(a, b):
    """Spearman's, ties given their mean rank."""

    def ranks(values):
        values = np.asarray(values, dtype=float)
        return np.array([(values < v).sum() + ((values == v).sum() - 1) / 2 for v in values])

    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    supernet = Supernet(0)
    supernet.load(read_safetensors(arguments.weights))
    calibration, validation = (
        Split(arguments.cache, name) for name in ("calibration", "validation")
    )

    def hits(architecture):
        statistics = calibrate(supernet, architecture, calibration)
        return predict_correct(supernet, architecture, statistics, validation).numpy()

    for name, make in (("smallest", smallest_architecture), ("largest", largest_architecture)):
        print(name, {r: round(100 * hits(make(r)).mean(), 2) for r in RESOLUTIONS})
    generator = random.Random(arguments.seed)
    space = [count_macs(random_architecture(generator)) for _ in range(20000)]
    limit = int(np.median(space))
    subnets = [random_architecture(generator) for _ in range(arguments.samples)]
    right = np.array([hits(architecture) for architecture in subnets])
    top1 = 100 * right.mean(1)
    macs = np.array([count_macs(architecture) for architecture in subnets])
    print(
        f"top-1 of {len(subnets)} random subnets: {top1.min():.2f} .. {top1.max():.2f}, "
        f"spread {np.ptp(top1):.2f}, standard deviation {top1.std():.2f}"
    )
    halves = rank_correlation(right[:, ::2].mean(1), right[:, 1::2].mean(1))
    print(f"split-half rank correlation {halves:.3f}")
    print(f"rank correlation of MACs and top-1 {rank_correlation(macs, top1):.3f}")
    for r in RESOLUTIONS:
        of_r = [i for i, a in enumerate(subnets) if a["r"] == r]
        means = f"top-1 {top1[of_r].mean():.2f}, {macs[of_r].mean() / 1e6:.2f} M MACs"
        print(f"r={r}: {len(of_r)} subnets, {means}")
    within = np.flatnonzero(macs <= limit)
    best, largest = within[top1[within].argmax()], within[macs[within].argmax()]
    print(f"limit {limit} MACs (median of the space), {len(within)} subnets within")
    print(f"best within:    {top1[best]:.2f} %, {macs[best]} MACs, {subnets[best]}")
    print(f"largest within: {top1[largest]:.2f} %, {macs[largest]} MACs, {subnets[largest]}")
    inside = rank_correlation(macs[within], top1[within])
    print(f"rank correlation of MACs and top-1 within the limit {inside:.3f}")


if __name__ == "__main__":
    main()
