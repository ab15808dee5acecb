export { type ImageBatch, imageBatches } from "./image-batches.js";
export { firstImages, type ImageSet } from "./image-set.js";
export type { Normalization } from "./normalization.js";
export { openPackedImages, type PackedImages, sliceDigest } from "./packed-images.js";
