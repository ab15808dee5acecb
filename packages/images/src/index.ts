export {
  createFolderLocator,
  type FolderLocatorOptions,
  isFolder,
  type LocatedFolder,
} from "./cache/folder-locator.js";
export type { ImageNeed } from "./cache/image-need.js";
export { type FamilyImages, familyImages, imageFamilies, type SplitRule } from "./families.js";
export type { Selection } from "./folder/selection.js";
export { type ImageBatch, imageBatches } from "./image-batches.js";
export { firstImages, type ImageSet } from "./image-set.js";
export type { Normalization } from "./normalization.js";
export type { PackListener, PackProgress, PackSummary } from "./pack/pack-groups.js";
export { type PackOptions, packImageFolder } from "./pack/pack-image-folder.js";
export type { ImageProblem, PackedProvenance } from "./pack/provenance.js";
export { openPackedImages, type PackedImages, sliceDigest } from "./packed-images.js";
export type { Preprocessing } from "./preprocessing.js";
