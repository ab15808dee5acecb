import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { familyImages } from "../families.js";
import { temporaryFolder, writeFiles } from "../folder/temporary-folder.fixture.js";
import { openPackedImages, type PackedImages, sliceDigest } from "../packed-images.js";
import { createPreprocessor } from "../preprocessing.js";
import { waveImage } from "../resize/formula.fixture.js";
import { encodeImage, jpeg, png } from "./image-files.fixture.js";
import { type PackOptions, packImageFolder } from "./pack-image-folder.js";

const at = temporaryFolder();

async function pack(options: Partial<PackOptions> = {}) {
  return await packImageFolder(at("set"), {
    family: "autoformer",
    outputPath: at("out.safetensors"),
    resolutions: [32],
    ...options,
  });
}

async function open<T>(path: string, look: (images: PackedImages) => Promise<T>): Promise<T> {
  const images = await openPackedImages(path);
  try {
    return await look(images);
  } finally {
    await images.close();
  }
}

const labelsOf = (path: string) => open(path, async ({ labels }) => [...labels]);

describe("packImageFolder", () => {
  test("stores each family's pixels at every size, with classes and sources", async () => {
    const sizes = [
      [50, 37],
      [37, 50],
      [64, 64],
    ] as const;
    for (const [n, [width, height]] of sizes.entries()) {
      await writeFiles(at("set"), { [`class ${n}/é ${n}.png`]: await png(n, width, height) });
    }
    for (const family of ["ofa-mobilenet-v3", "spos-shufflenet-v2", "autoformer"]) {
      const { preprocessing } = familyImages(family);
      const summary = await pack({ family, resolutions: [40, 32, 40] });
      expect(summary).toMatchObject({
        path: at("out.safetensors"),
        images: 3,
        resolutions: [32, 40],
        classes: 3,
        emptyClasses: [],
        sourceImages: 3,
        corrupt: [],
        damaged: [],
        sizeBytes: (await readFile(at("out.safetensors"))).length,
      });
      await open(at("out.safetensors"), async (images) => {
        expect([...images.labels]).toEqual([0, 1, 2]);
        expect(images.provenance).toMatchObject({
          family,
          preprocessing,
          classes: ["class 0", "class 1", "class 2"],
          contentKey: summary.contentKey,
        });
        expect(await images.digest()).toBe(summary.contentKey);
        expect(await images.sources()).toHaveLength(3);
        for (const resolution of [32, 40]) {
          const preprocess = createPreprocessor(preprocessing);
          const { pixels } = await images.load(resolution);
          const expected = sizes.map(([width, height], n) =>
            preprocess(waveImage(n, width, height), resolution),
          );
          expect(Buffer.compare(pixels, Buffer.concat(expected))).toBe(0);
          expect(pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
        }
      });
    }
  });

  test("reports corrupt images, leaves them out and keeps the others in their places", async () => {
    const photo = await jpeg(1, 60, 50);
    await writeFiles(at("set"), {
      "a/0.jpg": photo.subarray(0, photo.length / 2),
      "a/1.png": await png(1, 60, 50),
      "b/0.png": "",
      "b/1.png": await png(2, 60, 50),
      "b/2.jpg": "not an image",
      "b/3.txt": "no image by its name",
      "c/0.png": await png(3, 60, 50),
    });
    const summary = await pack({ resolutions: [32, 48] });
    expect(summary).toMatchObject({
      images: 3,
      sourceImages: 6,
      ignoredFiles: 1,
      corrupt: [
        { path: "a/0.jpg", reason: expect.stringContaining("premature end") },
        { path: "b/0.png", reason: "empty file" },
        { path: "b/2.jpg", reason: "neither a JPEG nor a PNG" },
      ],
    });
    await open(at("out.safetensors"), async (images) => {
      expect(images.provenance?.corrupt).toEqual(summary.corrupt);
      expect([...images.labels]).toEqual([0, 1, 2]);
      const preprocess = createPreprocessor(familyImages("autoformer").preprocessing);
      for (const resolution of [32, 48]) {
        const expected = [1, 2, 3].map((n) => preprocess(waveImage(n, 60, 50), resolution));
        const { pixels } = await images.load(resolution);
        expect(Buffer.compare(pixels, Buffer.concat(expected))).toBe(0);
      }
    });
    expect(await readdir(at())).toEqual(["out.safetensors", "set"]);
  });

  test("takes another image for a corrupt one where a number is asked for", async () => {
    const files = Object.fromEntries(
      await Promise.all(
        Array.from({ length: 20 }, async (_, n) => [
          `${n % 2 ? "odd" : "even"}/${n}.png`,
          n % 5 === 0 ? "broken" : await png(n, 40, 40),
        ]),
      ),
    );
    await writeFiles(at("set"), files);
    const limited = await pack({ selection: { kind: "limit", count: 12, seed: 7 } });
    expect(limited.images).toBe(12);
    expect(limited.corrupt.length).toBeGreaterThan(0);
    const perClass = await pack({ selection: { kind: "per-class", count: 8, seed: 7 } });
    expect(perClass.images).toBe(16);
    expect(await labelsOf(perClass.path)).toEqual([...Array(8).fill(0), ...Array(8).fill(1)]);
  });

  test("packs damaged images, and names them", async () => {
    const bytes = await jpeg(1, 200, 150);
    for (let i = 5000; i < 5100; i++) bytes[i] = (bytes[i] ?? 0) ^ 0x5a;
    await writeFiles(at("set"), { "a/0.jpg": bytes });
    expect(await pack()).toMatchObject({
      images: 1,
      corrupt: [],
      damaged: [{ path: "a/0.jpg", reason: expect.stringContaining("Corrupt JPEG data") }],
    });
  });

  test("passes over what another set holds, by content and not by name", async () => {
    const images = await Promise.all([1, 2, 3, 4].map((n) => png(n, 40, 40)));
    const [one = "", two = "", three = "", four = ""] = images;
    await writeFiles(at("set"), { "a/1.png": one, "a/2.png": two, "b/3.png": three });
    await pack({ outputPath: at("first.safetensors") });
    const sources = await open(at("first.safetensors"), (first) => first.sources());
    await writeFiles(at("set"), { "a/0.png": three, "b/4.png": four });
    const rest = await pack({ exclude: new Set(sources) });
    expect(rest).toMatchObject({ images: 1, excludedImages: 4, sourceImages: 1 });
    expect(await labelsOf(rest.path)).toEqual([1]);
    const none = pack({ exclude: new Set([...(sources ?? []), ...(await sourcesOf(rest.path))]) });
    await expect(none).rejects.toThrow("all of whose 5 images are excluded");
  });

  const sourcesOf = async (path: string) => (await open(path, (images) => images.sources())) ?? [];

  test("has one identity for the same images, whatever the place, times and sizes", async () => {
    await writeFiles(at("set"), {
      "a/0.png": await png(0, 40, 40),
      "b/1.png": await png(1, 40, 40),
    });
    const first = await pack();
    await writeFiles(at("copy"), {
      "a/0.png": await png(0, 40, 40),
      "b/1.png": await png(1, 40, 40),
    });
    const copy = await packImageFolder(at("copy"), {
      family: "autoformer",
      outputPath: at("copy.safetensors"),
      resolutions: [32, 64],
    });
    expect(copy.contentKey).toBe(first.contentKey);
    const again = await pack({ outputPath: at("again.safetensors") });
    expect(await readFile(again.path)).toEqual(await readFile(first.path));
    expect(await open(first.path, (set) => sliceDigest(set, 1))).not.toBe(
      await open(first.path, (set) => sliceDigest(set, 2)),
    );
    const others = [
      await pack({ family: "ofa-mobilenet-v3" }),
      await pack({ selection: { kind: "limit", count: 1, seed: 0 } }),
    ];
    await writeFiles(at("set"), { "b/1.png": await png(2, 40, 40) });
    others.push(await pack());
    expect(new Set([first, ...others].map(({ contentKey }) => contentKey)).size).toBe(4);
  });

  test("shows progress", async () => {
    await writeFiles(at("set"), {
      "a/0.png": await png(0, 40, 40),
      "a/1.png": "broken",
      "a/2.png": await png(1, 40, 40),
    });
    const seen: string[] = [];
    await packImageFolder(
      at("set"),
      { family: "autoformer", outputPath: at("out.safetensors"), resolutions: [32] },
      ({ imagesDone, imagesTotal, corrupt }) =>
        seen.push(`${imagesDone}/${imagesTotal} ${corrupt}`),
    );
    expect(seen).toEqual(["1/3 0", "1/3 1", "2/3 1"]);
  });

  test("leaves nothing behind when it fails or is stopped", async () => {
    await writeFiles(at("set"), { "a/0.png": "broken", "a/1.jpg": "" });
    await expect(pack()).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(
        "none of whose 2 images can be decoded (a/0.png: neither a JPEG nor a PNG)",
      ),
    });
    await symlink(at("nowhere"), at("set", "a", "2.png"));
    await expect(pack()).rejects.toThrow(`got ${at("set", "a", "2.png")}, which cannot be read`);
    await writeFile(at("set", "a", "0.png"), await png(0, 40, 40));
    await expect(pack({ signal: AbortSignal.abort() })).rejects.toThrow("packing was stopped");
    expect(await readdir(at())).toEqual(["set"]);
  });

  test.each([
    [{ family: "resnet" }, 'family: got "resnet", allowed are ofa-mobilenet-v3, '],
    [{ family: "constructor" }, 'family: got "constructor"'],
    [
      { resolutions: [224, 0] },
      "resolutions: got 224, 0, allowed are whole numbers from 1 to 2048",
    ],
    [{ resolutions: [] }, "resolutions: got none"],
  ])("refuses %j", async (options, message) => {
    await writeFiles(at("set"), { "a/0.png": await png(0, 40, 40) });
    await expect(pack(options)).rejects.toThrow(message);
  });

  test("refuses an output that cannot be written before it reads an image", async () => {
    await writeFiles(at("set"), { "a/0.png": await png(0, 40, 40) });
    await expect(pack({ outputPath: at("none", "out") })).rejects.toThrow(
      `output: got ${at("none", "out")}, which cannot be written (ENOENT)`,
    );
    await mkdir(at("folder"));
    await expect(pack({ outputPath: at("folder") })).rejects.toThrow("which is a folder");
  });

  test("names more problems than the header has room for", async () => {
    const names = Array.from({ length: 200 }, (_, n) => `a/${String(n).padStart(60, "0")}.png`);
    await writeFiles(at("set"), Object.fromEntries(names.map((name) => [name, "broken"])));
    await writeFiles(at("set"), { "b/0.png": await png(0, 40, 40) });
    const { path } = await pack({ resolutions: [24, 32] });
    await open(path, async ({ provenance, labels }) => {
      expect(provenance?.corrupt).toHaveLength(200);
      expect([...labels]).toEqual([1]);
    });
  });

  test("reads greyscale, CMYK and images with alpha as three channels", async () => {
    const picture = waveImage(3, 50, 40);
    for (const kind of ["grey.jpeg", "cmyk.jpeg", "alpha.png", "grey-alpha.png"] as const) {
      await writeFiles(at("set"), { [`a/${kind}`]: await encodeImage(kind, picture) });
    }
    expect(await pack()).toMatchObject({ images: 4, corrupt: [] });
  });
});
