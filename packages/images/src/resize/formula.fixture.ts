import type { RgbImage } from "./rgb-image.js";

/**
 * The images behind the reference outputs in `test/golden/preprocess`, made from hashes of names, so
 * that no image file is needed. The two projects' references use two formulas.
 */

/** FNV-1a of a text's UTF-8 bytes. */
function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

function draw(seed: number, index: number): number {
  let z = (seed + Math.imul(index + 1, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** SPOS's image `n`: a triangle wave and a little noise for each colour. */
export function waveImage(n: number, width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  const noiseSeed = fnv1a32(`image:${n}`);
  for (let colour = 0; colour < 3; colour++) {
    const seed = fnv1a32(`wave:${n}:${colour}`);
    const slopeX = 1 + (draw(seed, 0) % 7);
    const slopeY = 1 + (draw(seed, 1) % 7);
    const phase = draw(seed, 2) % 512;
    const darkest = draw(seed, 3) % 128;
    const span = 32 + (draw(seed, 4) % 97);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const noise = draw(noiseSeed, (colour * height + y) * width + x) >>> 24;
        const t = (slopeX * x + slopeY * y + phase) % 512;
        const wave = (3 * (t < 256 ? t : 511 - t) + noise) >> 2;
        pixels[(y * width + x) * 3 + colour] = darkest + ((wave * span) >> 8);
      }
    }
  }
  return { width, height, pixels };
}

/** A double in 0..1 with 24 bits. */
function u24(seed: number, index: number): number {
  let x = Math.imul(index + 1, 0x9e3779b9) ^ seed;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return ((x ^ (x >>> 15)) >>> 8) / 2 ** 24;
}

/** AutoFormer's image of a size: blocks of 16 x 16 pixels and a little noise. */
export function blockImage(width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  const block = fnv1a32(`pp.${width}x${height}.block`);
  const noise = fnv1a32(`pp.${width}x${height}.noise`);
  const blocksPerRow = Math.ceil(width / 16);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let colour = 0; colour < 3; colour++) {
        const blockIndex = ((y >> 4) * blocksPerRow + (x >> 4)) * 3 + colour;
        const index = (y * width + x) * 3 + colour;
        pixels[index] = Math.floor(224 * u24(block, blockIndex) + 32 * u24(noise, index));
      }
    }
  }
  return { width, height, pixels };
}
