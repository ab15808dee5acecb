import { createImageLocator } from "@collm/demo";
import type { ImageLocator } from "@collm/evaluation";
import { createFolderLocator, type ImageProblem } from "@collm/images";
import { imageCacheDirectory } from "./home.js";
import type { Output } from "./output.js";
import { oneLine } from "./progress/fit-line.js";
import { PackProgressLine } from "./progress/pack-progress.js";

/** Problems that are written out; the packed set's metadata have all. */
const problemsShown = 10;

/**
 * Where a manifest's images are: `demo:` names are generated and folders packed into the cache on
 * first use, with progress; anything else is a packed set's path.
 */
export function createCliImageLocator(output: Output, signal?: AbortSignal): ImageLocator {
  const cacheDir = imageCacheDirectory();
  const line = new PackProgressLine(output, Date.now);
  signal?.addEventListener("abort", () => line.clear(), { once: true });
  return createFolderLocator(createImageLocator(cacheDir), {
    cacheDir,
    ...(signal ? { signal } : {}),
    onProgress: (split, progress) => line.show(`packing images.${split}`, progress),
    onLocated: ({ split, directory, images, provenance, isNew }) => {
      line.clear();
      if (isNew) output.say(`images.${split}: packed ${images} images of ${directory}`);
      sayProblems(output, provenance);
    },
  });
}

/** Names the images of a folder that are corrupt or damaged. */
export function sayProblems(
  output: Output,
  found: { readonly corrupt: readonly ImageProblem[]; readonly damaged: readonly ImageProblem[] },
): void {
  const say = (problems: readonly ImageProblem[], what: string): void => {
    if (problems.length === 0) return;
    output.say(`${problems.length} ${problems.length === 1 ? "image is" : "images are"} ${what}:`);
    for (const { path, reason } of problems.slice(0, problemsShown)) {
      output.say(`  ${oneLine(path)}: ${oneLine(reason)}`);
    }
    const more = problems.length - problemsShown;
    if (more > 0) output.say(`  and ${more} more`);
  };
  say(found.corrupt, "corrupt and left out");
  say(found.damaged, "damaged, and used as far as they decode");
}
