import sharp from "sharp";
import { waveImage } from "../resize/formula.fixture.js";
import type { RgbImage } from "../resize/rgb-image.js";

/** Kinds of image files, all of the same picture. */
export type ImageKind =
  | "png"
  | "jpeg"
  | "progressive"
  | "grey.jpeg"
  | "grey.png"
  | "grey-alpha.png"
  | "cmyk.jpeg"
  | "alpha.png"
  | "palette.png"
  | "16-bit.png"
  | "rotated.jpeg"
  | "profile.jpeg";

/** Encodes an image. */
export async function encodeImage(
  kind: ImageKind,
  { pixels, width, height }: RgbImage,
): Promise<Buffer> {
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  switch (kind) {
    case "png":
      return await image.png().toBuffer();
    case "jpeg":
      return await image.jpeg({ quality: 92 }).toBuffer();
    case "progressive":
      return await image.jpeg({ quality: 92, progressive: true }).toBuffer();
    case "grey.jpeg":
      return await image.grayscale().jpeg().toBuffer();
    case "grey.png":
      return await image.grayscale().png().toBuffer();
    case "grey-alpha.png":
      return await image.grayscale().ensureAlpha(0.5).png().toBuffer();
    case "cmyk.jpeg":
      return await image.toColourspace("cmyk").jpeg().toBuffer();
    case "alpha.png":
      return await image.ensureAlpha(0.3).png().toBuffer();
    case "palette.png":
      return await image.png({ palette: true, colours: 32 }).toBuffer();
    case "16-bit.png":
      return await image.toColourspace("rgb16").png().toBuffer();
    case "rotated.jpeg":
      return await image.jpeg().withMetadata({ orientation: 6 }).toBuffer();
    case "profile.jpeg":
      return await image.withIccProfile("p3").jpeg().toBuffer();
  }
}

/** A PNG of formula image `n`. */
export async function png(n: number, width: number, height: number): Promise<Buffer> {
  return await encodeImage("png", waveImage(n, width, height));
}

/** A JPEG of formula image `n`. */
export async function jpeg(n: number, width: number, height: number): Promise<Buffer> {
  return await encodeImage("jpeg", waveImage(n, width, height));
}
