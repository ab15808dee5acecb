import { CollmError } from "@collm/errors";
import { ensureDemoImages } from "./images/ensure-images.js";
import { type DemoSplit, demoSplitNames } from "./images/splits.js";

const prefix = "demo:";

/**
 * Turns an image value of a manifest into a file's path. `demo:validation` and its like are
 * generated into `cacheDir` on first use (a few seconds); anything else is a path already.
 */
export function createImageLocator(cacheDir: string): (value: string) => Promise<string> {
  return async (value) => {
    if (!value.startsWith(prefix)) return value;
    const split = value.slice(prefix.length);
    if (!isSplit(split)) {
      throw new CollmError(
        "invalid-argument",
        `images: got "${value}", allowed are ${demoSplitNames.map((name) => prefix + name).join(", ")} or a path`,
      );
    }
    const paths = await ensureDemoImages(cacheDir, [split]);
    return paths[split];
  };
}

function isSplit(text: string): text is DemoSplit {
  return (demoSplitNames as readonly string[]).includes(text);
}
