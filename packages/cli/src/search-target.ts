import { isTableManifest, loadTableManifest } from "@collm/nas-bench-201";
import { nasBench201Spec, type SpaceSpec } from "@collm/search-space";
import { loadManifest } from "@collm/supernet";
import type { Output } from "./output.js";
import { prepareImages } from "./prepare-images.js";

/** What a search searches, as its manifest describes it: a supernet or a table. */
export interface SearchTarget {
  /** Absolute path of the manifest. */
  readonly file: string;
  readonly name: string;
  readonly space: SpaceSpec;
  /** Makes ready what services would be waited for, such as images. */
  prepare(output: Output, signal: AbortSignal): Promise<void>;
}

/** Reads a manifest of either kind. Throws `InvalidManifestError`. */
export async function openSearchTarget(path: string): Promise<SearchTarget> {
  if (await isTableManifest(path)) {
    const { file, name, settings } = await loadTableManifest(path);
    const space = nasBench201Spec(settings.dataSet);
    return { file, name, space, prepare: async () => undefined };
  }
  const manifest = await loadManifest(path);
  const { file, name, spec } = manifest;
  return {
    file,
    name,
    space: spec,
    prepare: (output, signal) => prepareImages(manifest, output, signal),
  };
}
