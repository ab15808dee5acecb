import type { PackedImages } from "@collm/images";
import { describe, expect, test } from "vitest";
import { ImageCache } from "./image-cache.js";

/** A set whose size r takes r * r * 3 bytes; notes what is read. */
function countingImages(): { readonly reads: number[]; readonly packed: PackedImages } {
  const reads: number[] = [];
  const labels = new Int32Array(1);
  const packed: PackedImages = {
    path: "/images",
    count: 1,
    resolutions: [1, 2, 3],
    labels,
    provenance: undefined,
    digest: async () => "d",
    sources: async () => undefined,
    load: async (resolution) => {
      reads.push(resolution);
      if (resolution === 9) throw new Error("no such size");
      const pixels = new Uint8Array(resolution * resolution * 3);
      return { count: 1, resolution, pixels, labels };
    },
    close: async () => undefined,
  };
  return { reads, packed };
}

describe("ImageCache", () => {
  test("reads a set once, also for two who ask at the same time", async () => {
    const { reads, packed } = countingImages();
    const cache = new ImageCache(1000);
    await Promise.all([cache.load(packed, 2), cache.load(packed, 2)]);
    await cache.load(packed, 2);
    expect(reads).toEqual([2]);
  });

  test("drops what was not used for longest when memory is short", async () => {
    const { reads, packed } = countingImages();
    const cache = new ImageCache(12 + 27);
    for (const resolution of [2, 1, 2, 3]) await cache.load(packed, resolution);
    await cache.load(packed, 2);
    await cache.load(packed, 1);
    expect(reads).toEqual([2, 1, 3, 1]);
  });

  test("gives a set that is larger than the memory allowed", async () => {
    const { packed } = countingImages();
    const cache = new ImageCache(1);
    expect((await cache.load(packed, 3)).pixels).toHaveLength(27);
  });

  test("does not remember failures", async () => {
    const { reads, packed } = countingImages();
    const cache = new ImageCache(1000);
    await expect(cache.load(packed, 9)).rejects.toThrow("no such size");
    await expect(cache.load(packed, 9)).rejects.toThrow("no such size");
    expect(reads).toEqual([9, 9]);
  });
});
