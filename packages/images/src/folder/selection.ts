import type { MersenneTwister } from "@collm/search-space";
import type { FolderImage, ImageFolder } from "./image-folder.js";
import { randperm, seedTorch } from "./torch-permutation.js";

/** Which images of a folder are packed. A folder with fewer images than asked for gives all it has. */
export type Selection =
  | { readonly kind: "all" }
  /** The first `count` of `torch.randperm(images)` with this seed. */
  | { readonly kind: "limit"; readonly count: number; readonly seed: number }
  /** `count` of each class, by a permutation of each class from one generator with this seed. */
  | { readonly kind: "per-class"; readonly count: number; readonly seed: number };

/** Images of which `take` are wanted, in this order; the others stand in for corrupt ones. */
export interface ImageGroup {
  readonly take: number;
  readonly candidates: readonly FolderImage[];
}

/** The images of a selection; the same folder and selection always give the same. */
export function selectImages(folder: ImageFolder, selection: Selection): readonly ImageGroup[] {
  const { images } = folder;
  switch (selection.kind) {
    case "all":
      return [{ take: images.length, candidates: images }];
    case "limit":
      return [group(permute(images, seedTorch(selection.seed)), selection.count)];
    case "per-class": {
      const generator = seedTorch(selection.seed);
      return byClass(folder).map((own) => group(permute(own, generator), selection.count));
    }
  }
}

function group(candidates: readonly FolderImage[], count: number): ImageGroup {
  return { take: Math.min(count, candidates.length), candidates };
}

function permute(
  images: readonly FolderImage[],
  generator: MersenneTwister,
): readonly FolderImage[] {
  return Array.from(randperm(images.length, generator), (i) => images[i] as FolderImage);
}

function byClass({ images, classes }: ImageFolder): readonly (readonly FolderImage[])[] {
  const lists = classes.map((): FolderImage[] => []);
  for (const image of images) lists[image.label]?.push(image);
  return lists;
}
