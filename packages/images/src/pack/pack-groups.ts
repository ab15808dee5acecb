import { setImmediate as yieldToOthers } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import { familyImages } from "../families.js";
import type { ImageFolder } from "../folder/image-folder.js";
import type { ImageGroup } from "../folder/selection.js";
import { createPreprocessor } from "../preprocessing.js";
import type { RgbImage } from "../resize/rgb-image.js";
import type { ImageDecoder } from "./decode-image.js";
import { PackedWriter } from "./packed-writer.js";
import { contentKeyOf, type ImageProblem, type PackedProvenance } from "./provenance.js";
import { readCandidates } from "./read-candidates.js";
import { Tally } from "./tally.js";

/** Larger sizes are a mistake: no family's network takes them. */
const maxResolution = 2048;

export interface PackProgress {
  readonly imagesDone: number;
  readonly imagesTotal: number;
  readonly corrupt: number;
}

export type PackListener = (progress: PackProgress) => void;

/** What became of a folder. */
export interface PackSummary {
  readonly path: string;
  readonly sizeBytes: number;
  /** Images packed. */
  readonly images: number;
  readonly resolutions: readonly number[];
  readonly classes: number;
  /** Class folders without a single image file; they have a number all the same. */
  readonly emptyClasses: readonly string[];
  /** Image files read: packed and corrupt ones. */
  readonly sourceImages: number;
  /** Left out, because they cannot be decoded. */
  readonly corrupt: readonly ImageProblem[];
  /** Packed although something is wrong with them. */
  readonly damaged: readonly ImageProblem[];
  /** Image files passed over since another set has them. */
  readonly excludedImages: number;
  /** Files that are no images by their name. */
  readonly ignoredFiles: number;
  readonly contentKey: string;
}

/** A packing whose images are chosen already. */
export interface PackOrder {
  readonly folder: ImageFolder;
  readonly groups: readonly ImageGroup[];
  readonly decoder: ImageDecoder;
  readonly family: string;
  /** Receives the set; replaced when it exists. */
  readonly outputPath: string;
  /** Sizes to make, in pixels. Default: the family's. */
  readonly resolutions?: readonly number[];
  /** SHA-256 (hex) of image files that are passed over. */
  readonly exclude?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

/** A packed set, and what a cache needs to know about its sources. */
export interface PackOutcome {
  readonly summary: PackSummary;
  /** Candidates read of each group; always the first ones. */
  readonly used: readonly number[];
  /** Digest of the stamps of the files read. */
  readonly stamps: string;
}

/** Packs groups of images, streaming: memory holds a few decoded images at a time. */
export async function packGroups(
  order: PackOrder,
  onProgress?: PackListener,
): Promise<PackOutcome> {
  const { folder, groups, decoder, family, outputPath } = order;
  const { preprocessing, resolutions: published } = familyImages(family);
  const resolutions = ascending(order.resolutions ?? published);
  const tally = new Tally(folder.classes, groups);
  const provenance = (contentDigest: string): PackedProvenance => ({
    family,
    preprocessing,
    decoder: decoder.version,
    classes: folder.classes,
    sourceImages: tally.sourceImages,
    corrupt: tally.corrupt,
    damaged: tally.damaged,
    contentKey: contentKeyOf({ contentDigest, preprocessing, decoder: decoder.version }),
  });
  const writer = await PackedWriter.create({
    path: outputPath,
    count: tally.imagesTotal,
    resolutions,
    // The key's length is known, its value only at the end.
    provenance: provenance(""),
  });
  try {
    const preprocess = createPreprocessor(preprocessing);
    const pixelsAt = async (image: RgbImage): Promise<readonly Uint8Array[]> => {
      const pixels: Uint8Array[] = [];
      for (const resolution of resolutions) {
        pixels.push(preprocess(image, resolution));
        // Resizing takes this thread milliseconds; a service answers in between.
        await yieldToOthers();
      }
      return pixels;
    };
    const options = {
      directory: folder.directory,
      decoder,
      exclude: order.exclude ?? new Set<string>(),
      signal: order.signal,
    };
    for (const [index, group] of groups.entries()) {
      for await (const read of readCandidates(group, options)) {
        tally.count(index, read);
        if (read.decoded.kind === "image") {
          const pixels = await pixelsAt(read.decoded.image);
          await writer.add({ label: read.source.label, sha256: read.sha256, pixels });
        }
        onProgress?.({
          imagesDone: tally.images,
          imagesTotal: tally.imagesTotal,
          corrupt: tally.corrupt.length,
        });
      }
    }
    tally.requireImages(folder);
    const digests = tally.digests();
    const made = provenance(digests.content);
    const sizeBytes = await writer.finish(made);
    const summary = {
      path: outputPath,
      sizeBytes,
      images: tally.images,
      resolutions,
      classes: folder.classes.length,
      emptyClasses: emptyClasses(folder),
      sourceImages: tally.sourceImages,
      corrupt: tally.corrupt,
      damaged: tally.damaged,
      excludedImages: tally.excluded,
      ignoredFiles: folder.ignoredFiles,
      contentKey: made.contentKey,
    };
    return { summary, used: tally.used, stamps: digests.stamps };
  } finally {
    await writer.abandon();
  }
}

function ascending(resolutions: readonly number[]): readonly number[] {
  const isSize = (size: number): boolean =>
    Number.isInteger(size) && size >= 1 && size <= maxResolution;
  if (resolutions.length > 0 && resolutions.every(isSize)) {
    return [...new Set(resolutions)].sort((a, b) => a - b);
  }
  throw new CollmError(
    "invalid-argument",
    `resolutions: got ${resolutions.join(", ") || "none"}, allowed are whole numbers from 1 to ${maxResolution}`,
  );
}

function emptyClasses({ classes, images }: ImageFolder): readonly string[] {
  const used = new Set(images.map(({ label }) => label));
  return classes.filter((_, label) => !used.has(label));
}
