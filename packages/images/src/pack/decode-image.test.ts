import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { waveImage } from "../resize/formula.fixture.js";
import { sha256 } from "../resize/golden.fixture.js";
import { pythonWithPillow } from "../resize/pillow.fixture.js";
import type { RgbImage } from "../resize/rgb-image.js";
import { type ImageDecoder, openImageDecoder } from "./decode-image.js";
import { encodeImage, type ImageKind, jpeg, png } from "./image-files.fixture.js";

const picture = waveImage(5, 61, 43);
const kinds: readonly ImageKind[] = [
  "png",
  "jpeg",
  "progressive",
  "grey.jpeg",
  "grey.png",
  "grey-alpha.png",
  "cmyk.jpeg",
  "alpha.png",
  "palette.png",
  "16-bit.png",
  "rotated.jpeg",
  "profile.jpeg",
];

let decoder: ImageDecoder;
beforeAll(async () => {
  decoder = await openImageDecoder();
});

async function decoded(bytes: Uint8Array): Promise<RgbImage> {
  const outcome = await decoder.decode(bytes);
  if (outcome.kind === "corrupt") throw new Error(outcome.reason);
  expect(outcome.damage).toBeUndefined();
  return outcome.image;
}

/** What `Image.open(file).convert("RGB")` gives: size and SHA-256. */
function pillowDecodes(bytes: Uint8Array): unknown {
  const program = [
    "import hashlib, io, json, sys",
    "from PIL import Image",
    "i = Image.open(io.BytesIO(sys.stdin.buffer.read())).convert('RGB')",
    "print(json.dumps([*i.size, hashlib.sha256(i.tobytes()).hexdigest()]))",
  ].join("\n");
  const run = spawnSync(pythonWithPillow ?? "", ["-c", program], { input: bytes });
  return JSON.parse(run.stdout.toString());
}

describe("openImageDecoder", () => {
  test.each(["png", "alpha.png", "16-bit.png"] as const)("gives the pixels of %s", async (kind) => {
    expect(await decoded(await encodeImage(kind, picture))).toEqual({
      ...picture,
      pixels: Buffer.from(picture.pixels),
    });
  });

  test.each(["grey.jpeg", "grey.png", "grey-alpha.png"] as const)(
    "gives %s three equal channels",
    async (kind) => {
      const { pixels } = await decoded(await encodeImage(kind, picture));
      expect(pixels).toHaveLength(61 * 43 * 3);
      expect(pixels.every((value, i) => value === pixels[i - (i % 3)])).toBe(true);
    },
  );

  test("does not turn an image by its EXIF orientation", async () => {
    const { width, height } = await decoded(await encodeImage("rotated.jpeg", picture));
    expect([width, height]).toEqual([61, 43]);
  });

  const skipped = pythonWithPillow === undefined ? " (skipped without Debian's python3-pil)" : "";
  describe(`agrees with Pillow${skipped}`, () => {
    test.skipIf(pythonWithPillow === undefined).each(kinds)("about %s", async (kind) => {
      const bytes = await encodeImage(kind, picture);
      const { width, height, pixels } = await decoded(bytes);
      expect([width, height, sha256(pixels)]).toEqual(pillowDecodes(bytes));
    });
  });

  test("says why a file cannot be decoded", async () => {
    const photo = await jpeg(1, 61, 43);
    const drawing = await png(1, 61, 43);
    const reason = async (bytes: Uint8Array): Promise<unknown> => await decoder.decode(bytes);
    const corrupt = (text: string) => ({
      kind: "corrupt",
      reason: expect.stringContaining(text) as string,
    });
    expect(await reason(Buffer.alloc(0))).toEqual(corrupt("empty file"));
    expect(await reason(Buffer.from("GIF89a"))).toEqual(corrupt("neither a JPEG nor a PNG"));
    expect(await reason(Buffer.from("<svg/>"))).toEqual(corrupt("neither a JPEG nor a PNG"));
    expect(await reason(photo.subarray(0, photo.length / 2))).toEqual(corrupt("premature end"));
    expect(await reason(photo.subarray(0, 3))).toEqual(corrupt(""));
    expect(await reason(drawing.subarray(0, drawing.length / 2))).toEqual(corrupt("png"));
    const flipped = Buffer.from(drawing);
    flipped[drawing.length / 2] = (flipped[drawing.length / 2] ?? 0) ^ 1;
    expect(await reason(flipped)).toEqual(corrupt("png"));
  });

  test("decodes a JPEG that the library only warns about, and says so", async () => {
    const bytes = await jpeg(1, 200, 150);
    const middle = Math.trunc(bytes.length / 2);
    for (let i = middle; i < middle + 100; i++) bytes[i] = (bytes[i] ?? 0) ^ 0x5a;
    expect(await decoder.decode(bytes)).toMatchObject({
      kind: "image",
      damage: expect.stringContaining("Corrupt JPEG data"),
      image: { width: 200, height: 150 },
    });
  });
});

test("tells why an image is corrupt while others are being decoded beside it", async () => {
  const photo = await jpeg(1, 60, 50);
  const truncated = photo.subarray(0, photo.length / 2);
  const whole = await png(1, 60, 50);
  const reason = "VipsJpeg: premature end of JPEG image";
  for (let round = 0; round < 20; round++) {
    const files = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? truncated : whole));
    const decoded = await Promise.all(files.map((bytes) => decoder.decode(bytes)));
    const corrupt = decoded.filter(({ kind }) => kind === "corrupt");
    expect(corrupt).toEqual(Array.from({ length: 4 }, () => ({ kind: "corrupt", reason })));
  }
});
