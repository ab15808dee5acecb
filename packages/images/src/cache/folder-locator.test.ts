import { cp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../folder/temporary-folder.fixture.js";
import { png } from "../pack/image-files.fixture.js";
import { openPackedImages } from "../packed-images.js";
import { createFolderLocator, type LocatedFolder } from "./folder-locator.js";
import type { ImageNeed } from "./image-need.js";

const at = temporaryFolder();

/** Two classes of ten images each. */
beforeEach(async () => {
  for (let n = 0; n < 20; n++) {
    await writeFiles(at("train"), { [`${n % 2 ? "odd" : "even"}/${n}.png`]: await png(n, 40, 36) });
  }
});

const located: LocatedFolder[] = [];
beforeEach(() => void located.splice(0));

async function locate(value: string, need: Partial<ImageNeed> = {}): Promise<LocatedFolder> {
  const locator = createFolderLocator(async (other) => other, {
    cacheDir: at("cache"),
    onLocated: (folder) => located.push(folder),
  });
  await locator(value, {
    split: "validation",
    family: "ofa-mobilenet-v3",
    resolutions: [32],
    images: { validation: value },
    calibrationImages: 8,
    ...need,
  });
  return located.at(-1) as LocatedFolder;
}

async function sourcesOf(path: string): Promise<readonly string[]> {
  const images = await openPackedImages(path);
  const sources = await images.sources();
  await images.close();
  return sources ?? [];
}

describe("createFolderLocator", () => {
  test("hands on what is no folder", async () => {
    const asked: string[] = [];
    const locator = createFolderLocator(
      async (value, { split }) => {
        asked.push(`${split} ${value}`);
        return "/packed";
      },
      { cacheDir: at("cache") },
    );
    const need: ImageNeed = {
      split: "test",
      family: "any",
      resolutions: [],
      images: {},
      calibrationImages: 0,
    };
    expect(await locator("demo:test", need)).toBe("/packed");
    expect(await locator(at("none"), need)).toBe("/packed");
    expect(asked).toEqual(["test demo:test", `test ${at("none")}`]);
  });

  test("packs a folder once, and again only when its content changes", async () => {
    const first = await locate(at("train"));
    expect(first).toMatchObject({ isNew: true, images: 20, split: "validation" });
    expect(await locate(at("train"))).toEqual({ ...first, isNew: false });

    // Other times, the same bytes: hashed, not packed.
    await utimes(at("train", "odd", "1.png"), 1, 1);
    expect(await locate(at("train"))).toEqual({ ...first, isNew: false });
    // Another place.
    await cp(at("train"), at("copy"), { recursive: true });
    expect(await locate(at("copy"))).toMatchObject({ isNew: false, path: first.path });

    // Other bytes of the same size, with the old modification time.
    const path = at("train", "odd", "1.png");
    const { atime, mtime, size } = await stat(path);
    const bytes = await readFile(path);
    await writeFile(path, Buffer.alloc(size));
    await utimes(path, atime, mtime);
    const changed = await locate(at("train"));
    expect(changed).toMatchObject({ isNew: true, images: 19 });
    expect(changed.path).not.toBe(first.path);
    await writeFile(path, bytes);
    expect(await locate(at("train"))).toEqual({ ...first, isNew: false });

    await writeFiles(at("train"), { "odd/21.png": await png(21, 30, 30) });
    expect(await locate(at("train"))).toMatchObject({ isNew: true, images: 21 });
    const left = (await readdir(at("cache", "folders"))).filter((name) => name.endsWith(".tmp"));
    expect(left).toEqual([]);
  });

  test("uses a set that has more sizes than needed, and packs when one is missing", async () => {
    const two = await locate(at("train"), { resolutions: [24, 32] });
    expect(await locate(at("train"), { resolutions: [24] })).toMatchObject({
      isNew: false,
      path: two.path,
    });
    const three = await locate(at("train"), { resolutions: [24, 28, 32] });
    expect(three).toMatchObject({ isNew: true });
    // The same images have one identity, whatever the sizes.
    expect(three.provenance.contentKey).toBe(two.provenance.contentKey);
  });

  test("keeps families apart", async () => {
    const ofa = await locate(at("train"));
    const autoformer = await locate(at("train"), { family: "autoformer" });
    expect(autoformer.isNew).toBe(true);
    expect(autoformer.path).not.toBe(ofa.path);
    await expect(locate(at("train"), { family: "resnet" })).rejects.toThrow(
      'family: got "resnet", allowed are',
    );
  });

  test("packs again when the cached set is damaged or gone", async () => {
    const first = await locate(at("train"));
    await writeFile(first.path, "damaged");
    expect(await locate(at("train"))).toEqual(first);
    await rm(first.path);
    expect(await locate(at("train"))).toEqual(first);
    const entry = (await readdir(at("cache", "folders"))).find((name) => name.endsWith(".json"));
    await writeFile(at("cache", "folders", entry ?? ""), '{"used": 3}');
    expect(await locate(at("train"))).toEqual(first);
  });

  test("shares one folder out between validation and calibration", async () => {
    const images = { validation: at("train"), calibration: at("train") };
    const validation = await locate(at("train"), { images });
    const calibration = await locate(at("train"), { images, split: "calibration" });
    expect([validation.images, calibration.images]).toEqual([12, 8]);
    const both = [...(await sourcesOf(validation.path)), ...(await sourcesOf(calibration.path))];
    expect(new Set(both).size).toBe(20);
  });

  test("takes stand-ins for corrupt calibration images, but none that is held out", async () => {
    for (const n of [0, 3, 8, 11]) {
      await writeFile(at("train", n % 2 ? "odd" : "even", `${n}.png`), "broken");
    }
    const images = { validation: at("train"), calibration: at("train") };
    const need = { images, calibrationImages: 4 };
    const validation = await locate(at("train"), need);
    const calibration = await locate(at("train"), { ...need, split: "calibration" });
    expect(validation.images + validation.provenance.corrupt.length).toBe(16);
    const both = [...(await sourcesOf(validation.path)), ...(await sourcesOf(calibration.path))];
    expect(new Set(both).size).toBe(both.length);
    expect(await locate(at("train"), { ...need, split: "calibration" })).toEqual({
      ...calibration,
      isNew: false,
    });
  });

  test("takes calibration images from a folder of their own by number", async () => {
    const images = { validation: at("val"), calibration: at("train") };
    const calibration = await locate(at("train"), { images, split: "calibration" });
    expect(calibration.images).toBe(8);
  });

  test("refuses a test folder that is used for anything else, also by another name", async () => {
    await rename(at("train"), at("all"));
    const named = `${at("all")}/../all`;
    for (const split of ["validation", "calibration", "test"] as const) {
      const images = { [split === "test" ? "validation" : split]: at("all"), test: named };
      await expect(locate(at("all"), { split, images })).rejects.toThrow(
        /images\.test: got .*, which images\.(validation|calibration) names too/,
      );
    }
  });
});
