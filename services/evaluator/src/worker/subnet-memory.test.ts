import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTinySupernet } from "@collm/evaluation/testing";
import { loadManifest, openSupernet, type Subnet, type Supernet } from "@collm/supernet";
import { beforeAll, describe, expect, test } from "vitest";
import { SubnetMemory } from "./subnet-memory.js";

let supernet: Supernet;
let smallest: Subnet;
let largest: Subnet;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "collm-memory-"));
  supernet = await openSupernet(await loadManifest(await writeTinySupernet(folder)));
  await rm(folder, { recursive: true });
  const { space } = supernet;
  smallest = supernet.subnet(space.cheapest("macs"));
  largest = supernet.subnet(space.canonicalise(space.genes.map((gene) => gene.choices.length - 1)));
});

function memoryOf(subnet: Subnet): ArrayBufferLike {
  const [stem] = subnet.layers;
  if (stem?.kind !== "convolution") throw new Error("the first layer is a convolution");
  return stem.weight.buffer;
}

describe("SubnetMemory", () => {
  test("gives an equal subnet that threads share instead of copying", () => {
    const written = new SubnetMemory().write(largest);
    expect(written).toEqual(largest);
    expect(memoryOf(written)).toBeInstanceOf(SharedArrayBuffer);
    expect(memoryOf(largest)).not.toBeInstanceOf(SharedArrayBuffer);
  });

  test("uses the same memory again when the next subnet fits", () => {
    const memory = new SubnetMemory();
    const first = memory.write(largest);
    const second = memory.write(smallest);
    expect(memoryOf(second)).toBe(memoryOf(first));
    expect(second).toEqual(smallest);
  });

  test("grows for a larger subnet", () => {
    const memory = new SubnetMemory();
    const first = memory.write(smallest);
    const second = memory.write(largest);
    expect(memoryOf(second)).not.toBe(memoryOf(first));
    expect(second).toEqual(largest);
  });
});
