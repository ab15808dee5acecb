import { access } from "node:fs/promises";
import { createImageLocator, demoImagesPath, demoSplitNames } from "@collm/demo";
import { packFolders } from "@collm/evaluation";
import type { Manifest } from "@collm/supernet";
import { imageCacheDirectory } from "./home.js";
import { createCliImageLocator } from "./image-locator.js";
import type { Output } from "./output.js";

/**
 * Packs a manifest's folders and makes the demo's images where that was not done before, which may
 * take from seconds to minutes: the user is told, and no service is waited for meanwhile.
 */
export async function prepareImages(
  manifest: Manifest,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await packFolders(manifest, createCliImageLocator(output, signal));
  const cacheDir = imageCacheDirectory();
  for (const split of demoSplitNames) {
    const value = `demo:${split}`;
    if (!Object.values(manifest.images).includes(value)) continue;
    const isThere = await access(demoImagesPath(cacheDir, split)).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    output.say(`making the images ${value} (once)`);
    await createImageLocator(cacheDir)(value);
  }
}
