export { demoImageDigests } from "./images/digests.js";
export { DemoImagesError, demoImagesPath, ensureDemoImages } from "./images/ensure-images.js";
export { demoResolutions } from "./images/render-split.js";
export { type DemoSplit, demoSplitNames, demoSplits, imageCount } from "./images/splits.js";
export { createImageLocator } from "./locate-images.js";
