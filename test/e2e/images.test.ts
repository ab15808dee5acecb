import { readdir, readFile, writeFile } from "node:fs/promises";
import { writeTinySupernet } from "@collm/evaluation/testing";
import { openPackedImages } from "@collm/images";
import { writePictureFolder } from "@collm/images/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";

const classes = ["ape", "bee", "cät", "dog"];

describe("collm images pack", { timeout: 180_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
    await writePictureFolder(workspace.file("train"), { classes, perClass: 5 });
  });
  afterEach(() => workspace.remove());

  const pack = (...args: readonly string[]) =>
    workspace.run("images", "pack", ...args, "--family", "ofa-mobilenet-v3");

  async function sourcesOf(name: string): Promise<readonly string[]> {
    const images = await openPackedImages(workspace.file(name));
    const sources = await images.sources();
    await images.close();
    return sources ?? [];
  }

  it("packs a folder, names corrupt images and prints a summary", async () => {
    await writeFile(workspace.file("train/bee/1.png"), "broken");
    const output = workspace.file("all.safetensors");
    const { code, stdout, stderr } = await pack(
      ...["train", "--output", output, "--resolutions", "32,16", "--json"],
    );
    expect(stderr).toContain("1 image is corrupt and left out:\n  bee/1.png: neither");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      path: output,
      images: 19,
      classes: 4,
      resolutions: [16, 32],
      sourceImages: 20,
      corrupt: [{ path: "bee/1.png", reason: "neither a JPEG nor a PNG" }],
      sizeBytes: (await readFile(output)).length,
    });
    const images = await openPackedImages(output);
    expect(images.provenance?.classes).toEqual(["ape", "bee", "cät", "dog"]);
    await images.close();
  });

  it("chooses images, and leaves out those of another set", async () => {
    await pack("train", "--output", workspace.file("a.safetensors"), "--per-class", "2");
    const again = ["--limit", "99", "--exclude", workspace.file("a.safetensors")];
    const rest = await pack("train", "--output", workspace.file("b.safetensors"), ...again);
    expect(rest.stderr).toContain("12 images of 4 classes at 160, 176, 192, 208, 224 pixels");
    const [a, b] = [await sourcesOf("a.safetensors"), await sourcesOf("b.safetensors")];
    expect([a.length, b.length]).toEqual([8, 12]);
    expect(new Set([...a, ...b]).size).toBe(20);
  });

  it("refuses what it cannot use with exit code 2 and one line", async () => {
    await writePictureFolder(workspace.file("flat/only"), { classes: ["a"], perClass: 1 });
    const out = workspace.file("out.safetensors");
    const refusals = [
      [["none", "--output", out], "got none, which does not exist"],
      [["train/ape", "--output", out], "without any folder in it"],
      [["train", "--output", "none/out"], "output: got none/out, which cannot be written"],
      [["train", "--output", out, "--limit", "0"], '--limit: got "0", allowed is a whole number'],
      [["train", "--output", out, "--limit", "2", "--per-class", "1"], "allowed is one of them"],
      [["train", "--output", out, "--seed", "3"], "--seed: got 3 without --limit"],
      [["train", "--output", out, "--resolutions", "16,x"], '--resolutions: got "x"'],
      [["train", "--output", out, "--exclude", "none"], "images: got none, which does not exist"],
    ] as const;
    for (const [args, message] of refusals) {
      const { code, stderr, stdout } = await pack(...args);
      expect(stderr).toContain(message);
      expect([stderr.trim().split("\n").length, stdout, code]).toEqual([1, "", 2]);
    }
    const unknown = await workspace.run(
      ...["images", "pack", "train", "--output", out, "--family", "resnet"],
    );
    expect(unknown.stderr).toContain('family: got "resnet", allowed are ofa-mobilenet-v3, ');
    expect(unknown.code).toBe(2);
    expect(await readdir(workspace.path)).toEqual(["flat", "train"]);
  });

  it("lets a manifest name folders: they are packed on first use and shared out", async () => {
    await writePictureFolder(workspace.file("val"), { classes, perClass: 3 });
    const manifestPath = await writeTinySupernet(workspace.path);
    const manifest = JSON.parse(await readFile(manifestPath, "utf8"));
    const images = { validation: "./train", calibration: "./train", test: "./val" };
    const recipe = { ...manifest.recipe, calibrationImages: 8, batchSize: 4 };
    await writeFile(manifestPath, JSON.stringify({ ...manifest, images, recipe }));
    const notation = { ks: [3, 5, 7, 3, 3, 0], e: [2, 4, 1, 4, 2, 0], d: [3, 2], r: 16 };
    await writeFile(workspace.file("a.json"), JSON.stringify(notation));
    const evaluate = (split: string) =>
      workspace.run(
        ...["subnet", "evaluate", "--supernet", manifestPath, "--split", split],
        ...["--architecture", workspace.file("a.json")],
      );
    const first = await evaluate("validation");
    expect(first.stderr).toContain("images.validation: packed 12 images of");
    expect(first.stderr).toContain("images.calibration: packed 8 images of");
    expect(JSON.parse(first.stdout)).toMatchObject({ split: "validation", images: 12 });
    const second = await evaluate("validation");
    expect([second.stderr, second.stdout]).toEqual(["", first.stdout]);
    expect(JSON.parse((await evaluate("test")).stdout)).toMatchObject({ images: 12 });

    const search = await workspace.run(
      ...["search", "--supernet", manifestPath, "--budget", "3", "--searcher", "random"],
      ...["--out", workspace.file("run")],
    );
    expect(search.code, search.stderr).toBe(0);
    const result = JSON.parse(await readFile(workspace.file("run/result.json"), "utf8"));
    expect(result).toMatchObject({ status: "finished", test: { images: 12 } });
  });
});
