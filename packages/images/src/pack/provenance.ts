import { createHash, type Hash } from "node:crypto";
import type { Preprocessing } from "../preprocessing.js";

/** A source image that is not in the set, or is although something is wrong with it. */
export interface ImageProblem {
  /** Relative to the folder. */
  readonly path: string;
  readonly reason: string;
}

/** Where a packed set comes from, as its metadata tell. */
export interface PackedProvenance {
  /** Family whose preprocessing was applied. */
  readonly family: string;
  readonly preprocessing: Preprocessing;
  /** What decoded the images. */
  readonly decoder: string;
  /** Names of the classes, by number. */
  readonly classes: readonly string[];
  /** Image files that were read: those packed and those found corrupt. */
  readonly sourceImages: number;
  readonly corrupt: readonly ImageProblem[];
  readonly damaged: readonly ImageProblem[];
  /** Identity of the pixels at every size, 64 hex digits; see `contentKeyOf`. */
  readonly contentKey: string;
}

/** Counted up when packing changes in a way that changes pixels. */
const packingVersion = 1;

const format = "collm-images/1";

/** Digest over classes and images, in their order; paths and file contents, no times and no place. */
export class ContentDigest {
  readonly #hash: Hash = createHash("sha256");

  constructor(classes: readonly string[]) {
    this.#hash.update(JSON.stringify(classes));
  }

  /** Adds an image that was read, corrupt or not. `sha256` is of the file, 32 bytes. */
  add(path: string, sha256: Uint8Array): void {
    this.#hash.update(`\0${path}\0`).update(sha256);
  }

  hex(): string {
    return this.#hash.digest("hex");
  }
}

/**
 * Two sets with the same key hold the same images in the same order, and at a size that both have
 * the same pixels.
 */
export function contentKeyOf(made: {
  readonly contentDigest: string;
  readonly preprocessing: Preprocessing;
  readonly decoder: string;
}): string {
  const { contentDigest, preprocessing, decoder } = made;
  return createHash("sha256")
    .update(JSON.stringify({ packingVersion, decoder, content: contentDigest }))
    .update(JSON.stringify(Object.entries(preprocessing).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");
}

/** As safetensors metadata, which are texts. */
export function provenanceMetadata(provenance: PackedProvenance): Record<string, string> {
  const texts = Object.entries(provenance).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { format, ...Object.fromEntries(texts) };
}

/** Undefined for a set of another origin, or whose metadata somebody else wrote. */
export function parseProvenance(
  metadata: Readonly<Record<string, string>>,
): PackedProvenance | undefined {
  const { family, decoder, contentKey } = metadata;
  if (metadata.format !== format || !family || !decoder) return undefined;
  if (!contentKey || !/^[0-9a-f]{64}$/.test(contentKey)) return undefined;
  try {
    const parsed = (key: string): unknown => JSON.parse(metadata[key] ?? "");
    return {
      family,
      // Written by `provenanceMetadata`, as the format says.
      preprocessing: parsed("preprocessing") as Preprocessing,
      decoder,
      classes: parsed("classes") as readonly string[],
      sourceImages: Number(metadata.sourceImages),
      corrupt: parsed("corrupt") as readonly ImageProblem[],
      damaged: parsed("damaged") as readonly ImageProblem[],
      contentKey,
    };
  } catch {
    return undefined;
  }
}
