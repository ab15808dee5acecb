import { createHash } from "node:crypto";
import { openSafetensors, type Tensor, type TensorSource } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import type { ImageSet } from "./image-set.js";

/**
 * A packed image set: a safetensors file with
 *
 *     labels       [n]            class of each image; uint8, int16, int32 or int64
 *     images.<r>   [n, r, r, 3]   RGB bytes at size r; one tensor for each size
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
  /** Identity of the whole file, 64 hex digits; reads it once. */
  digest(): Promise<string>;
  /** Reads all images of one size into shared memory. Throws `invalid-argument` for other sizes. */
  load(resolution: number): Promise<ImageSet>;
  close(): Promise<void>;
}

/**
 * Opens a packed image set. Throws `CheckpointFormatError` for a file that is not safetensors and
 * `invalid-argument` for tensors that are not an image set.
 */
export async function openPackedImages(path: string): Promise<PackedImages> {
  const source = await openSafetensors(path);
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

async function readSet(path: string, source: TensorSource): Promise<PackedImages> {
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
  return {
    path,
    count,
    resolutions,
    labels,
    digest: () => source.digest(),
    load: async (resolution) => {
      if (!resolutions.includes(resolution)) {
        throw new CollmError(
          "invalid-argument",
          `image size: got ${resolution}, ${path} holds ${resolutions.join(", ")}`,
        );
      }
      const { data } = await source.read(`images.${resolution}`);
      const pixels = new Uint8Array(new SharedArrayBuffer(data.byteLength));
      pixels.set(data as Uint8Array);
      return { count, resolution, pixels, labels };
    },
    close: () => source.close(),
  };
}

function checkShape(path: string, source: TensorSource, resolution: number, count: number): void {
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
