import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
} from "@collm/search-space";
import { tinyAutoFormerSpec, tinySpec } from "@collm/search-space/testing";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { InvalidManifestError } from "./invalid-manifest-error.js";
import { loadManifest, type Manifest } from "./manifest.js";

const folder = mkdtempSync(join(tmpdir(), "collm-manifest-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "weights.safetensors"), "");

const published = { family: "ofa-mobilenet-v3", width: 1.2, checkpoint: "weights.safetensors" };

async function load(content: unknown): Promise<Manifest> {
  const file = join(folder, "net.yaml");
  writeFileSync(file, typeof content === "string" ? content : stringify(content));
  return await loadManifest(file);
}

describe("loadManifest", () => {
  it("fills in a published network and the family's defaults", async () => {
    expect(await load(published)).toEqual({
      file: join(folder, "net.yaml"),
      name: "net",
      spec: publishedOfaSpec(1.2),
      weights: { kind: "checkpoint", path: join(folder, "weights.safetensors") },
      images: {},
      normalize: {
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        range: 1,
        channelOrder: "rgb",
      },
      recipe: { calibrationImages: 2000, batchSize: 200, batchNorm: "weighted-mean" },
    });
  });

  it("takes a stage table, and resolves paths but not the names of shipped images", async () => {
    const manifest = await load({
      ...tinySpec,
      name: "tiny",
      checkpoint: "./weights.safetensors",
      images: { validation: "demo:validation", test: "../test" },
      normalize: { mean: [0, 0, 0], std: [1, 1, 1] },
      recipe: { batchNorm: "running" },
    });
    expect(manifest).toMatchObject({
      name: "tiny",
      spec: tinySpec,
      images: { validation: "demo:validation", test: join(folder, "../test") },
      normalize: { mean: [0, 0, 0], std: [1, 1, 1] },
      recipe: { calibrationImages: 2000, batchSize: 200, batchNorm: "running" },
    });
  });

  it("takes raw bytes and the order of the channels", async () => {
    const normalize = { mean: [0, 0, 0], std: [1, 1, 1], range: 255, channelOrder: "bgr" };
    expect((await load({ ...published, normalize })).normalize).toEqual(normalize);
  });

  it("takes a landscape instead of weights, and other resolutions to search", async () => {
    const { checkpoint, ...bare } = published;
    const manifest = await load({ ...bare, landscape: {}, resolutions: [128, 132] });
    expect(manifest.weights).toEqual({ kind: "landscape", seed: 1, delayMs: 0 });
    expect(manifest.spec).toMatchObject({ resolutions: [128, 132] });
  });

  it("fills in SPOS's published network, its bytes as they are and its running average", async () => {
    const { family, ...spec } = publishedShuffleNetSpec();
    expect(
      await load({ family, checkpoint: "weights.safetensors", resolution: 160 }),
    ).toMatchObject({
      spec: { family, ...spec, resolution: 160 },
      normalize: { mean: [0, 0, 0], std: [1, 1, 1], range: 255, channelOrder: "bgr" },
      recipe: { calibrationImages: 25_600, batchSize: 128, batchNorm: "exponential" },
    });
  });

  it("takes an AutoFormer by its size, and the other head choices of Base", async () => {
    const autoformer = { family: "autoformer", checkpoint: "weights.safetensors" };
    expect(await load({ ...autoformer, size: "tiny" })).toMatchObject({
      spec: publishedAutoFormerSpec("tiny"),
      recipe: { batchNorm: "running" },
    });
    const headChoices = "subnet-yaml" as const;
    expect(await load({ ...autoformer, size: "base", headChoices })).toMatchObject({
      spec: publishedAutoFormerSpec("base", headChoices),
    });
  });

  it("takes an AutoFormer that is spelled out", async () => {
    const manifest = await load({ ...tinyAutoFormerSpec, checkpoint: "weights.safetensors" });
    expect(manifest.spec).toEqual(tinyAutoFormerSpec);
  });

  const families = "ofa-mobilenet-v3, spos-shufflenet-v2, autoformer";
  const spos = { family: "spos-shufflenet-v2", checkpoint: "weights.safetensors" };
  const autoformer = { family: "autoformer", checkpoint: "weights.safetensors" };
  const { stages, ...withoutStages } = { ...tinySpec, checkpoint: "weights.safetensors" };
  const [firstStage, secondStage] = stages;
  it.each([
    [{ ...published, width: 1.1 }, "width: got 1.1, allowed is 1 or 1.2"],
    [{ ...published, family: "spos" }, `family: got "spos", allowed is ${families}`],
    [{ checkpoint: "x" }, `family: got nothing, allowed is ${families}`],
    [
      { ...published, stem: 16 },
      "stem: unknown key, allowed are family, width, resolutions, name, checkpoint",
    ],
    [withoutStages, "stages: got nothing, allowed is a list"],
    [
      { ...withoutStages, stages: [firstStage, { ...secondStage, width: 0.5, strides: 2 }] },
      "stages[1].width: got 0.5, allowed is a whole number; stages[1].strides: unknown key, allowed are width, stride",
    ],
    [
      { ...withoutStages, stages: [{ ...firstStage, stride: 3, activation: "gelu" }] },
      'stages[0].stride: got 3, allowed is 1 or 2; stages[0].activation: got "gelu", allowed is relu, h-swish',
    ],
    [
      { ...published, resolutions: [160, 128] },
      "resolutions: got [160,128], but resolutions must be distinct and ascending",
    ],
    [
      { ...published, recipe: { batchSize: 0, batchNorm: "median" } },
      'recipe.batchSize: got 0, allowed is more than 0; recipe.batchNorm: got "median", allowed is running, weighted-mean, exponential, cumulative',
    ],
    [
      { ...published, normalize: { mean: [0, 0], std: [1, 1, 1] } },
      "normalize.mean: got [0,0], allowed is a list of at least 3",
    ],
    [
      {
        ...published,
        normalize: { mean: [0, 0, 0], std: [1, 1, 1], range: 2, channelOrder: "grb" },
      },
      'normalize.range: got 2, allowed is 1 or 255; normalize.channelOrder: got "grb", allowed is rgb, bgr',
    ],
    [{ ...published, name: "a b" }, 'name: got "a b", allowed is text that matches'],
    [
      { ...spos, stages: [{ repeats: 1, channels: 7 }] },
      "stages[0].channels: got 7, but allowed are even channels",
    ],
    [{ ...spos, width: 1.0 }, "width: unknown key, allowed are family,"],
    [{ ...autoformer, size: "huge" }, 'size: got "huge", allowed is tiny, small, base'],
    [
      { ...autoformer, size: "tiny", recipe: { batchNorm: "weighted-mean" } },
      'recipe.batchNorm: got "weighted-mean", allowed is "running": autoformer has no BatchNorm',
    ],
    [
      { ...tinyAutoFormerSpec, checkpoint: "weights.safetensors", superHeads: 9 },
      "superHeads: got 9, but",
    ],
    [{ ...published, checkpoint: "" }, 'checkpoint: got "", allowed is text that is not empty'],
    [{ ...published, images: "all" }, 'images: got "all", allowed is a mapping'],
    [
      { ...published, landscape: {} },
      "checkpoint: got both checkpoint and landscape, allowed is exactly one of them",
    ],
    [{ family: "ofa-mobilenet-v3", width: 1.0 }, "checkpoint: got neither"],
    ["", "the manifest: got null, allowed is a mapping"],
    ["- 1", "the manifest: got [1], allowed is a mapping"],
    ["family: [", "line 1 is not YAML"],
  ])("refuses %j", async (content, problem) => {
    const error = await load(content).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidManifestError);
    expect(String(error)).toContain(`${join(folder, "net.yaml")}: ${problem}`);
  });

  it("names a weight file that is missing or a folder, and a missing manifest", async () => {
    await expect(load({ ...published, checkpoint: "none.pth" })).rejects.toThrow(
      `checkpoint: got ${join(folder, "none.pth")}, which does not exist`,
    );
    await expect(load({ ...published, checkpoint: "." })).rejects.toThrow("which is not a file");
    await expect(loadManifest(join(folder, "none.yaml"))).rejects.toThrow("cannot be read");
  });
});
