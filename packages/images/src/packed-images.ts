import { createHash } from "node:crypto";
import { openSafetensors, type SafetensorsSource, type Tensor } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import type { ImageSet } from "./image-set.js";
import { type PackedProvenance, parseProvenance } from "./pack/provenance.js";

/**
 * A packed image set: a safetensors file with
 *
 *     labels       [n]            class of each image; uint8, int16, int32 or int64
 *     images.<r>   [n, r, r, 3]   RGB bytes at size r; one tensor for each size
 *     sources      [n, 32]        SHA-256 of the files that the images were decoded from; optional
 *
 * Sizes are ready-made because resizing is part of what an accuracy depends on. Opening reads only
 * the header and the labels.
 */
export interface PackedImages {
  readonly path: string;
  readonly count: number;
  /** Sizes it holds, ascending. */
  readonly resolutions: readonly number[];
  readonly labels: Int32Array;
  /** Where it comes from, if `packImageFolder` made it. */
  readonly provenance: PackedProvenance | undefined;
  /**
   * Identity, 64 hex digits: the content key of a set made by `packImageFolder`, which is the same
   * whatever sizes the file holds, or the file's SHA-256, for which it is read once.
   */
  digest(): Promise<string>;
  /** SHA-256 (hex) of the image files, in the set's order; undefined for a set that does not tell. */
  sources(): Promise<readonly string[] | undefined>;
  /** Reads all images of one size into shared memory. Throws `invalid-argument` for other sizes. */
  load(resolution: number): Promise<ImageSet>;
  close(): Promise<void>;
}

/**
 * Opens a packed image set. Throws `CheckpointFormatError` for a file that is not safetensors and
 * `invalid-argument` for a missing file and for tensors that are not an image set.
 */
export async function openPackedImages(path: string): Promise<PackedImages> {
  const source = await openSafetensors(path).catch((error: unknown) => {
    throw missingFile(path, error);
  });
  try {
    return await readSet(path, source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Identity of the first `count` images of a set, in their order. */
export async function sliceDigest(images: PackedImages, count: number): Promise<string> {
  const slice = { packedImages: await images.digest(), first: count };
  return createHash("sha256").update(JSON.stringify(slice)).digest("hex");
}

async function readSet(path: string, source: SafetensorsSource): Promise<PackedImages> {
  const resolutions = source
    .names()
    .flatMap((name) => /^images\.([1-9]\d*)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  if (!source.info("labels") || resolutions.length === 0) {
    throw new CollmError(
      "invalid-argument",
      `images ${path}: got tensors ${source.names().slice(0, 10).join(", ") || "none"}, ` +
        "allowed are labels and at least one images.<size>",
    );
  }
  const labels = sharedLabels(path, await source.read("labels"));
  const count = labels.length;
  for (const resolution of resolutions) checkShape(path, source, resolution, count);
  const provenance = parseProvenance(source.metadata);
  return {
    path,
    count,
    resolutions,
    labels,
    provenance,
    digest: async () => provenance?.contentKey ?? (await source.digest()),
    sources: () => readSources(path, source, count),
    load: async (resolution) => {
      if (!resolutions.includes(resolution)) {
        throw new CollmError(
          "invalid-argument",
          `image size: got ${resolution}, ${path} holds ${resolutions.join(", ")}`,
        );
      }
      const pixels = new Uint8Array(new SharedArrayBuffer(count * resolution ** 2 * 3));
      await source.readInto(`images.${resolution}`, pixels);
      return { count, resolution, pixels, labels };
    },
    close: () => source.close(),
  };
}

function checkShape(
  path: string,
  source: SafetensorsSource,
  resolution: number,
  count: number,
): void {
  const name = `images.${resolution}`;
  const info = source.info(name);
  const expected = [count, resolution, resolution, 3].join(", ");
  if (info?.dtype === "uint8" && info.shape.join(", ") === expected) return;
  throw new CollmError(
    "invalid-argument",
    `images ${path}: got ${name} as ${info?.dtype} [${info?.shape.join(", ")}], ` +
      `allowed is uint8 [${expected}]`,
  );
}

function missingFile(path: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") return error;
  return new CollmError(
    "invalid-argument",
    `images: got ${path}, which does not exist, allowed is a packed set or a folder of images`,
    { cause: error },
  );
}

async function readSources(
  path: string,
  source: SafetensorsSource,
  count: number,
): Promise<readonly string[] | undefined> {
  const info = source.info("sources");
  if (!info) return undefined;
  if (info.dtype !== "uint8" || info.shape.join(", ") !== `${count}, 32`) {
    throw new CollmError(
      "invalid-argument",
      `images ${path}: got sources as ${info.dtype} [${info.shape.join(", ")}], allowed is uint8 [${count}, 32]`,
    );
  }
  const { data } = await source.read("sources");
  const hex = Buffer.from(data as Uint8Array).toString("hex");
  return Array.from({ length: count }, (_, i) => hex.slice(i * 64, (i + 1) * 64));
}

function sharedLabels(path: string, tensor: Tensor): Int32Array {
  const { dtype, shape, data } = tensor;
  const isIntegral = ["uint8", "int16", "int32", "int64"].includes(dtype);
  if (!isIntegral || shape.length !== 1 || data.length === 0) {
    throw new CollmError(
      "invalid-argument",
      `images ${path}: got labels as ${dtype} [${shape.join(", ")}], ` +
        "allowed is uint8, int16, int32 or int64 of one dimension that is not empty",
    );
  }
  const labels = new Int32Array(new SharedArrayBuffer(data.length * 4));
  for (let i = 0; i < data.length; i++) labels[i] = Number(data[i]);
  return labels;
}
