import type { Sharp, SharpOptions } from "sharp";
import type { RgbImage } from "../resize/rgb-image.js";

/** What became of an image file. */
export type DecodedImage =
  /** `damage` is set for a JPEG that decodes although something is wrong with it. */
  | { readonly kind: "image"; readonly image: RgbImage; readonly damage?: string }
  | { readonly kind: "corrupt"; readonly reason: string };

/** Decodes the bytes of an image file. */
export interface ImageDecoder {
  /** Name and versions of what decodes, since pixels depend on it. */
  readonly version: string;
  decode(bytes: Uint8Array): Promise<DecodedImage>;
}

const noReason = "cannot be decoded";
/** What is read in place of a reason that another thread has cleared; the first is sharp's. */
const lostReasons = ["Unknown error", noReason];
const reasonAttempts = 5;

type CreateSharp = (bytes: Uint8Array, options: SharpOptions) => Sharp;

/**
 * The decoder of JPEG and PNG: libvips, whose JPEG pixels equal Pillow's (libjpeg-turbo) byte for
 * byte. It is loaded here and not before, since only packing needs it.
 */
export async function openImageDecoder(): Promise<ImageDecoder> {
  const { default: sharp } = await import("sharp");
  // One image per thread of the pool, each decoded once: neither threads nor a cache help.
  sharp.concurrency(1);
  sharp.cache(false);
  return {
    version: `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    decode: (bytes) => decode(sharp, bytes),
  };
}

async function decode(sharp: CreateSharp, bytes: Uint8Array): Promise<DecodedImage> {
  if (bytes.length === 0) return { kind: "corrupt", reason: "empty file" };
  if (!isJpegOrPng(bytes)) return { kind: "corrupt", reason: "neither a JPEG nor a PNG" };
  const strict = await attempt(sharp, bytes, "warning");
  if ("pixels" in strict) return { kind: "image", image: strict };
  // Pillow takes images that libjpeg only warns about, and ImageNet has some; truncated ones it refuses.
  const lenient = await attempt(sharp, bytes, "error");
  return "pixels" in lenient
    ? { kind: "image", image: lenient, damage: strict.reason }
    : { kind: "corrupt", reason: lenient.reason };
}

/**
 * The pixels, or why there are none. libvips keeps the complaints of all threads in one place, and every
 * image that ends clears it, so a reason may be gone before it is read: then it is asked for again.
 */
async function attempt(
  sharp: CreateSharp,
  bytes: Uint8Array,
  failOn: "warning" | "error",
): Promise<RgbImage | { readonly reason: string }> {
  let reason = "";
  for (let i = 0; i < reasonAttempts; i++) {
    try {
      return await pixelsOf(sharp, bytes, failOn);
    } catch (error) {
      reason = reasonOf(error);
      if (!lostReasons.includes(reason)) break;
    }
  }
  return { reason };
}

function isJpegOrPng(bytes: Uint8Array): boolean {
  const startsWith = (...magic: readonly number[]): boolean =>
    magic.every((byte, i) => bytes[i] === byte);
  return startsWith(0xff, 0xd8, 0xff) || startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
}

/**
 * As `Image.open(file).convert("RGB")` of Pillow: colour profiles and the orientation in EXIF are
 * not applied, alpha is dropped and not blended, 16 bits keep the upper 8.
 */
async function pixelsOf(
  sharp: CreateSharp,
  bytes: Uint8Array,
  failOn: "warning" | "error",
): Promise<RgbImage> {
  const source = sharp(bytes, { failOn, ignoreIcc: true });
  const isCmyk = (await source.metadata()).space === "cmyk";
  const wanted = isCmyk
    ? source.pipelineColourspace("cmyk").toColourspace("cmyk")
    : source.removeAlpha().toColourspace("srgb");
  const { data, info } = await wanted.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, pixels: isCmyk ? rgbOfCmyk(data) : data };
}

/** Pillow's conversion of `[n, 4]` to `[n, 3]`, without a colour profile. */
function rgbOfCmyk(inks: Uint8Array): Uint8Array {
  const count = inks.length / 4;
  const pixels = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    const light = 255 - (inks[i * 4 + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      const product = (inks[i * 4 + channel] as number) * light + 128;
      // Divides by 255, rounded.
      pixels[i * 3 + channel] = light - (((product >> 8) + product) >> 8);
    }
  }
  return pixels;
}

/** libvips puts each of its complaints on a line; the first is the cause. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0]?.trim() || noReason;
}
