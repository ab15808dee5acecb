import { fileURLToPath } from "node:url";
import { imageCacheDirectory } from "@collm/cli";
import { createImageLocator } from "@collm/demo";
import { openSplit, type Split } from "@collm/evaluation";
import type { ImageSet } from "@collm/images";
import { loadManifest, openSupernet, type Supernet } from "@collm/supernet";

export const demoFolder = fileURLToPath(new URL("../../packages/demo", import.meta.url));
export const demoManifestPath = `${demoFolder}/digits.yaml`;

/** The demo's supernet with its images, as the evaluator sees them. */
export interface DemoSupernet {
  readonly supernet: Supernet;
  /** All images of a split at one size. */
  images(split: Exclude<Split, "test">, resolution: number): Promise<ImageSet>;
}

/** Loads a supernet; images named `demo:...` are generated on first use (some seconds). */
export async function openDemo(manifestPath: string): Promise<DemoSupernet> {
  const supernet = await openSupernet(await loadManifest(manifestPath));
  const locate = createImageLocator(imageCacheDirectory());
  const loaded = new Map<string, Promise<ImageSet>>();
  return {
    supernet,
    images: (split, resolution) => {
      const key = `${split} ${resolution}`;
      const images = loaded.get(key) ?? load(supernet, split, resolution, locate);
      loaded.set(key, images);
      return images;
    },
  };
}

async function load(
  supernet: Supernet,
  split: Split,
  resolution: number,
  locate: (value: string) => Promise<string>,
): Promise<ImageSet> {
  const packed = await openSplit(supernet.manifest, split, locate);
  try {
    return await packed.load(resolution);
  } finally {
    await packed.close();
  }
}
