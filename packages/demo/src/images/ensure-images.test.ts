import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSafetensors, type TensorSource } from "@collm/checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digitClasses } from "./digits.js";
import { DemoImagesError, demoImagesPath, ensureDemoImages } from "./ensure-images.js";
import { demoResolutions } from "./render-split.js";
import { imageCount } from "./splits.js";

const evaluationSplits = ["calibration", "validation", "test"] as const;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-images-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function bytesOf(source: TensorSource, name: string): Promise<ArrayLike<number>> {
  const { data } = await source.read(name);
  return data instanceof Uint8Array ? data : expect.fail(`${name} is not uint8`);
}

describe("ensureDemoImages", () => {
  it("makes the three evaluation splits with the pinned digests and nothing else", {
    timeout: 60_000,
  }, async () => {
    const paths = await ensureDemoImages(folder, evaluationSplits);
    expect(paths.test).toBe(demoImagesPath(folder, "test"));
    expect((await readdir(folder)).sort()).toEqual(
      evaluationSplits.map((split) => `${split}.safetensors`).sort(),
    );
  });

  it.each(evaluationSplits)("holds labels and all resolutions of %s", async (split) => {
    const source = await openSafetensors(demoImagesPath(folder, split));
    const labels = await bytesOf(source, "labels");
    expect(labels).toHaveLength(imageCount(split));
    expect(new Set(Array.from(labels)).size).toBe(digitClasses);
    for (const r of demoResolutions) {
      expect(source.info(`images.${r}`)?.shape).toEqual([imageCount(split), r, r, 3]);
      // Neither dark nor blank, and no brighter at one resolution than at another.
      const pixels = await bytesOf(source, `images.${r}`);
      let sum = 0;
      for (let i = 0; i < pixels.length; i += 1) {
        sum += pixels[i] ?? 0;
      }
      expect(sum / pixels.length).toBeGreaterThan(60);
      expect(sum / pixels.length).toBeLessThan(110);
    }
    await source.close();
  });

  it("keeps a good file", async () => {
    const before = await stat(demoImagesPath(folder, "test"));
    await ensureDemoImages(folder, ["test"]);
    expect((await stat(demoImagesPath(folder, "test"))).mtimeMs).toBe(before.mtimeMs);
  });

  it("names a file whose digest differs", async () => {
    const path = demoImagesPath(folder, "calibration");
    await writeFile(path, "spoiled");
    await expect(ensureDemoImages(folder, ["calibration"])).rejects.toThrow(DemoImagesError);
    await expect(ensureDemoImages(folder, ["calibration"])).rejects.toThrow(path);
  });
});
