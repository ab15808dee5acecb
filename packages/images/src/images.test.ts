import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@collm/checkpoint";
import { encodeSafetensors } from "@collm/checkpoint";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageBatches } from "./image-batches.js";
import { firstImages } from "./image-set.js";
import { openPackedImages, sliceDigest } from "./packed-images.js";
import { writeFormulaImages } from "./testing.js";

const imageNet = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-images-"));
  file = join(folder, "set.safetensors");
});
afterEach(() => rm(folder, { recursive: true }));

async function write(tensors: Record<string, Tensor>): Promise<void> {
  await writeFile(file, encodeSafetensors(new Map(Object.entries(tensors))));
}

describe("openPackedImages", () => {
  test("gives labels, sizes and, on request, the bytes of one size in shared memory", async () => {
    await writeFormulaImages(file, { count: 5, classes: 3, resolutions: [8, 4] });
    const images = await openPackedImages(file);
    expect(images.resolutions).toEqual([4, 8]);
    expect([...images.labels]).toEqual([0, 1, 2, 0, 1]);
    const set = await images.load(4);
    expect(set.pixels).toHaveLength(5 * 4 * 4 * 3);
    expect(set.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
    await images.close();
  });

  test("says when there is no such file", async () => {
    await expect(openPackedImages(join(folder, "none"))).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("which does not exist, allowed is a packed set or a folder"),
    });
  });

  test("takes the file's digest for its identity where its origin is unknown", async () => {
    await writeFormulaImages(file, { count: 2, classes: 2, resolutions: [4] });
    const images = await openPackedImages(file);
    expect(images.provenance).toBeUndefined();
    expect(await images.sources()).toBeUndefined();
    expect(await images.digest()).toBe(
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    );
    await images.close();
  });

  test("refuses a size that the file lacks and names those it holds", async () => {
    await writeFormulaImages(file, { count: 2, classes: 2, resolutions: [4, 8] });
    const images = await openPackedImages(file);
    await expect(images.load(5)).rejects.toThrow(`image size: got 5, ${file} holds 4, 8`);
    await images.close();
  });

  test("reads labels beyond 255", async () => {
    await write({
      labels: { dtype: "int64", shape: [2], data: new BigInt64Array([999n, 3n]) },
      "images.1": { dtype: "uint8", shape: [2, 1, 1, 3], data: new Uint8Array(6) },
    });
    const images = await openPackedImages(file);
    expect([...images.labels]).toEqual([999, 3]);
    await images.close();
  });

  test.each([
    ["without labels", { "images.1": [1, 1, 1, 3] }, "allowed are labels and at least one"],
    ["without images", { labels: [1] }, "allowed are labels and at least one"],
    ["without a single image", { labels: [0], "images.1": [0, 1, 1, 3] }, "not empty"],
    [
      "whose counts differ",
      { labels: [2], "images.1": [1, 1, 1, 3] },
      "allowed is uint8 [2, 1, 1, 3]",
    ],
  ])("refuses a file %s", async (_, shapes, message) => {
    const tensors = Object.entries(shapes).map(([name, shape]): [string, Tensor] => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, { dtype: "uint8", shape, data: new Uint8Array(length) }];
    });
    await write(Object.fromEntries(tensors));
    await expect(openPackedImages(file)).rejects.toThrow(message);
  });
});

describe("sliceDigest", () => {
  test("changes with the images and with how many of them are used", async () => {
    const other = join(folder, "other.safetensors");
    await writeFormulaImages(file, { count: 4, classes: 2, resolutions: [4] });
    await writeFormulaImages(other, { count: 4, classes: 2, resolutions: [4], seed: 1 });
    const [a, b] = await Promise.all([openPackedImages(file), openPackedImages(other)]);
    const digests = [await sliceDigest(a, 4), await sliceDigest(a, 3), await sliceDigest(b, 4)];
    expect(new Set(digests).size).toBe(3);
    await Promise.all([a.close(), b.close()]);
  });
});

describe("imageBatches", () => {
  test("moves channels in front and normalises in float32, step by step like PyTorch", () => {
    const set = {
      count: 1,
      resolution: 2,
      pixels: new Uint8Array([0, 50, 255, 1, 51, 254, 2, 52, 253, 3, 53, 252]),
      labels: new Int32Array([7]),
    };
    const [batch] = [...imageBatches(set, imageNet, 8)];
    expect(batch?.shape).toEqual([1, 3, 2, 2]);
    // torch.tensor([0, 50/255, 1]) and so on, minus mean, divided by std, printed with 9 digits.
    const expected = [0, 1, 2, 3].flatMap((_, i) => [i]).map((byte) => torch(byte, 0));
    expect([...(batch?.input.subarray(0, 4) ?? [])]).toEqual(expected);
    expect(batch?.input[4]).toBe(torch(50, 1));
    expect(batch?.input[8]).toBe(torch(255, 2));
    // (0 - 0.485) / 0.229 in PyTorch.
    expect(batch?.input[0]).toBeCloseTo(-2.11790393, 7);
  });

  test("gives raw bytes exactly, and blue first where the network wants it", () => {
    const set = {
      count: 2,
      resolution: 1,
      pixels: new Uint8Array([1, 2, 255, 7, 0, 9]),
      labels: new Int32Array(2),
    };
    const raw = { mean: [0, 0, 0], std: [1, 1, 1], range: 255, channelOrder: "bgr" } as const;
    expect([...([...imageBatches(set, raw, 2)][0]?.input ?? [])]).toEqual([255, 2, 1, 9, 0, 7]);
    // mean and std stay those of R, G and B.
    const shifted = { ...raw, mean: [1, 0, 5], std: [1, 2, 1] } as const;
    expect([...([...imageBatches(set, shifted, 2)][0]?.input ?? [])]).toEqual([250, 1, 0, 4, 0, 6]);
  });

  test("cuts a set in order, with a smaller last batch", async () => {
    await writeFormulaImages(file, { count: 10, classes: 10, resolutions: [4] });
    const images = await openPackedImages(file);
    const set = await images.load(4);
    const sizes: number[] = [];
    const labels: number[] = [];
    for (const batch of imageBatches(set, imageNet, 4)) {
      sizes.push(batch.imagesCount);
      labels.push(...batch.labels);
      expect(batch.input).toHaveLength(batch.imagesCount * 3 * 4 * 4);
    }
    expect(sizes).toEqual([4, 4, 2]);
    expect(labels).toEqual([...set.labels]);
    await images.close();
  });
});

describe("firstImages", () => {
  test("is a view of the leading images and refuses more than there are", async () => {
    await writeFormulaImages(file, { count: 3, classes: 3, resolutions: [4] });
    const images = await openPackedImages(file);
    const set = await images.load(4);
    const two = firstImages(set, 2);
    expect(two.count).toBe(2);
    expect(two.pixels.buffer).toBe(set.pixels.buffer);
    expect(() => firstImages(set, 4)).toThrow("first images: got 4, allowed is 1 to 3");
    await images.close();
  });
});

function torch(byte: number, channel: 0 | 1 | 2): number {
  const mean = Math.fround(imageNet.mean[channel]);
  const centred = Math.fround(Math.fround(byte / 255) - mean);
  return Math.fround(centred / Math.fround(imageNet.std[channel]));
}
