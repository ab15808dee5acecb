import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFolderLocator, type LocatedFolder, packImageFolder } from "@collm/images";
import { writePictureFolder } from "@collm/images/testing";
import { tinySpec } from "@collm/search-space/testing";
import { loadManifest, type Manifest } from "@collm/supernet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSplit, packFolders } from "./manifest-images.js";
import { writeTinySupernet } from "./testing.js";

const asTheyAre = async (value: string): Promise<string> => value;

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-manifest-images-"));
  await writePictureFolder(at("train"), { classes: ["a", "b", "c"], perClass: 15 });
});
afterEach(() => rm(folder, { recursive: true }));

async function manifestWith(images: Manifest["images"]): Promise<Manifest> {
  const manifest = await loadManifest(await writeTinySupernet(folder));
  return { ...manifest, images };
}

describe("openSplit", () => {
  test("refuses images that were packed for another family", async () => {
    const manifest = await manifestWith({ validation: at("spos.safetensors") });
    for (const family of ["spos-shufflenet-v2", "ofa-mobilenet-v3"]) {
      const outputPath = at("spos.safetensors");
      await packImageFolder(at("train"), { family, outputPath, resolutions: [16] });
      const opened = openSplit(manifest, "validation", asTheyAre);
      if (family === manifest.spec.family) await (await opened).close();
      else {
        await expect(opened).rejects.toThrow(
          `images.validation: got ${outputPath}, packed for spos-shufflenet-v2, ` +
            "allowed are images packed for ofa-mobilenet-v3",
        );
      }
    }
  });

  test("says which image value leads nowhere", async () => {
    const manifest = await manifestWith({ test: at("none") });
    await expect(openSplit(manifest, "test", asTheyAre)).rejects.toThrow(
      `images: got ${at("none")}, which does not exist`,
    );
    await expect(openSplit(manifest, "validation", asTheyAre)).rejects.toMatchObject({
      code: "failed-precondition",
    });
  });
});

describe("packFolders", () => {
  test("packs every folder that the recipe needs, at the sizes of the space", async () => {
    const located: LocatedFolder[] = [];
    const locate = createFolderLocator(asTheyAre, {
      cacheDir: at("cache"),
      onLocated: (found) => located.push(found),
    });
    await writePictureFolder(at("val"), { classes: ["a", "b"], perClass: 1 });
    const images = { validation: at("train"), calibration: at("train"), test: at("val") };
    const manifest = await manifestWith(images);
    await packFolders(manifest, locate);
    expect(located.map(({ split, images: count }) => `${split} ${count}`)).toEqual([
      "validation 13",
      "calibration 32",
      "test 2",
    ]);
    const opened = await openSplit(manifest, "validation", locate);
    expect(opened.resolutions).toEqual(tinySpec.resolutions);
    await opened.close();

    located.length = 0;
    const recipe = { ...manifest.recipe, batchNorm: "running" } as const;
    await packFolders({ ...manifest, recipe }, locate);
    expect(located.map(({ split }) => split)).toEqual(["validation", "test"]);
  });

  test("leaves alone what is no folder", async () => {
    const manifest = await manifestWith({ validation: at("none"), test: "demo:test" });
    await writeFile(at("file"), "");
    await packFolders(manifest, async () => {
      throw new Error("asked");
    });
  });
});
