import { familyImages } from "../families.js";
import { listImageFolder } from "../folder/image-folder.js";
import { type Selection, selectImages } from "../folder/selection.js";
import { openImageDecoder } from "./decode-image.js";
import { type PackListener, type PackSummary, packGroups } from "./pack-groups.js";

export interface PackOptions {
  readonly family: string;
  /** Receives the set; replaced when it exists. */
  readonly outputPath: string;
  /** Sizes to make, in pixels. Default: the family's. */
  readonly resolutions?: readonly number[];
  /** Default: all images. */
  readonly selection?: Selection;
  /** SHA-256 (hex) of image files that are passed over; see `PackedImages.sources`. */
  readonly exclude?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

/**
 * Packs an ImageNet-style folder with a family's preprocessing. Throws `invalid-argument` for an
 * unusable folder, output or size, and when not one image can be decoded.
 */
export async function packImageFolder(
  directory: string,
  options: PackOptions,
  onProgress?: PackListener,
): Promise<PackSummary> {
  familyImages(options.family);
  const folder = await listImageFolder(directory);
  const { summary } = await packGroups(
    {
      folder,
      groups: selectImages(folder, options.selection ?? { kind: "all" }),
      decoder: await openImageDecoder(),
      ...options,
    },
    onProgress,
  );
  return summary;
}
