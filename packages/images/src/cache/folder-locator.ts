import { stat } from "node:fs/promises";
import { join } from "node:path";
import { familyImages } from "../families.js";
import { listImageFolder } from "../folder/image-folder.js";
import { openImageDecoder } from "../pack/decode-image.js";
import { type PackProgress, packGroups } from "../pack/pack-groups.js";
import type { PackedProvenance } from "../pack/provenance.js";
import { openPackedImages } from "../packed-images.js";
import { FolderCache } from "./folder-cache.js";
import type { ImageNeed } from "./image-need.js";
import { groupsOfSplit } from "./split-groups.js";

/** A folder whose packed set was found or made. */
export interface LocatedFolder {
  readonly split: ImageNeed["split"];
  readonly directory: string;
  /** The packed set. */
  readonly path: string;
  readonly images: number;
  readonly provenance: PackedProvenance;
  /** Whether it was packed just now. */
  readonly isNew: boolean;
}

export interface FolderLocatorOptions {
  /** Packed folders are kept in a folder of their own in here. */
  readonly cacheDir: string;
  readonly onProgress?: (split: ImageNeed["split"], progress: PackProgress) => void;
  /** Told of every folder, so that corrupt images are reported also when a cached set is used. */
  readonly onLocated?: (located: LocatedFolder) => void;
  readonly signal?: AbortSignal;
}

/**
 * A locator for manifests' image values that packs folders on first use, with the family's
 * preprocessing and at the sizes needed. Values that are no folders go to `locateOthers`.
 */
export function createFolderLocator(
  locateOthers: (value: string, need: ImageNeed) => Promise<string>,
  options: FolderLocatorOptions,
): (value: string, need: ImageNeed) => Promise<string> {
  const cache = new FolderCache(join(options.cacheDir, "folders"));
  return async (value, need) => {
    if (!(await isFolder(value))) return await locateOthers(value, need);
    const { preprocessing } = familyImages(need.family);
    const folder = await listImageFolder(value);
    const { resolutions, split, family } = need;
    const groups = await groupsOfSplit(folder, need);
    const decoder = await openImageDecoder();
    const request = { folder, groups, decoder, preprocessing, resolutions };

    const known = await cache.find(request);
    const pack = async (): Promise<string> => {
      const outputPath = await cache.prepare();
      const { signal, onProgress } = options;
      const outcome = await packGroups(
        { folder, groups, decoder, family, resolutions, outputPath, ...(signal ? { signal } : {}) },
        (progress) => onProgress?.(split, progress),
      );
      return await cache.keep(request, outcome);
    };
    const path = known ?? (await pack());
    const images = await openPackedImages(path);
    await images.close();
    const { provenance, count } = images;
    if (provenance) {
      const isNew = known === undefined;
      options.onLocated?.({ split, directory: value, path, images: count, provenance, isNew });
    }
    return path;
  };
}

/** Whether an image value is a folder. */
export async function isFolder(value: string): Promise<boolean> {
  const status = await stat(value).catch(() => undefined);
  return status?.isDirectory() ?? false;
}
