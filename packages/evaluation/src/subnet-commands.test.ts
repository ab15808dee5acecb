import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNpy, writeNpy } from "@collm/checkpoint";
import { decodeModel, metadataOf } from "@collm/onnx";
import { createRng } from "@collm/search-space";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluateSubnet } from "./evaluate-subnet.js";
import { exportSubnet } from "./export-subnet.js";
import { runSubnet } from "./run-subnet.js";
import { writeTinySupernet } from "./testing.js";

const runtime = { executionProvider: "cpu", threads: 1 };
const locateImages = async (value: string): Promise<string> => value;

let folder: string;
let manifestPath: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-evaluation-"));
  manifestPath = await writeTinySupernet(folder);
  await writeFile(at("a.json"), JSON.stringify(architecture(16)));
  await writeArray("x.npy", 20, 16);
  await writeArray("c0.npy", 8, 16);
  await writeArray("c1.npy", 4, 24);
});
afterAll(() => rm(folder, { recursive: true }));

function architecture(r: number): unknown {
  return { ks: [3, 5, 7, 3, 3, 0], e: [2, 4, 1, 4, 2, 0], d: [3, 2], r };
}

async function writeArray(name: string, count: number, size: number): Promise<void> {
  const rng = createRng(name);
  const shape = [count, 3, size, size];
  const data = Float32Array.from({ length: count * 3 * size * size }, () => 2 * rng.next() - 1);
  await writeNpy(at(name), { shape, data });
}

function command(architecturePath = at("a.json")) {
  return { manifestPath, architecturePath, runtime };
}

describe("runSubnet", () => {
  test("writes logits that do not depend on how the input is cut into batches", async () => {
    await runSubnet({ ...command(), inputPath: at("x.npy"), outputPath: at("y.npy") });
    const whole = await readNpy(at("y.npy"));
    expect(whole.shape).toEqual([20, 10]);
    const { data } = await readNpy(at("x.npy"));
    const length = 3 * 16 * 16;
    await writeNpy(at("last.npy"), { shape: [1, 3, 16, 16], data: data.slice(19 * length) });
    await runSubnet({ ...command(), inputPath: at("last.npy"), outputPath: at("y1.npy") });
    const single = await readNpy(at("y1.npy"));
    [...single.data].forEach((logit, i) => {
      expect(logit).toBeCloseTo(whole.data[190 + i] as number, 4);
    });
  });

  test("does not compare r with the input's size and lets it be any size from 32", async () => {
    await writeFile(at("r40.json"), JSON.stringify(architecture(40)));
    const outputPath = at("y40.npy");
    await runSubnet({ ...command(at("r40.json")), inputPath: at("x.npy"), outputPath });
    await runSubnet({ ...command(), inputPath: at("x.npy"), outputPath: at("y.npy") });
    expect(await readFile(outputPath)).toEqual(await readFile(at("y.npy")));
  });

  test("re-estimates with batches of other sizes and writes the statistics it used", async () => {
    const summary = await runSubnet({
      ...command(),
      inputPath: at("x.npy"),
      outputPath: at("y-calibrated.npy"),
      calibrationPaths: [at("c0.npy"), at("c1.npy")],
      statisticsPath: at("s.json"),
    });
    expect(summary).toEqual({ images: 20, classes: 10, calibrationImages: 12 });
    const statistics = JSON.parse(await readFile(at("s.json"), "utf8"));
    // Stem, 2 of the fixed block, 3 for each of 5 running blocks, final expansion.
    expect(Object.keys(statistics)).toHaveLength(1 + 2 + 15 + 1);
    expect(statistics["first_conv.bn"].mean).toHaveLength(8);
    await runSubnet({ ...command(), inputPath: at("x.npy"), outputPath: at("y.npy") });
    expect(await readFile(at("y-calibrated.npy"))).not.toEqual(await readFile(at("y.npy")));
  });

  test("normalises a calibration batch to its own statistics", async () => {
    const paths = { inputPath: at("x.npy"), outputPath: at("y.npy"), statisticsPath: at("s.json") };
    await runSubnet({ ...command(), ...paths, calibrationPaths: [at("c0.npy")] });
    const one = JSON.parse(await readFile(at("s.json"), "utf8"));
    await runSubnet({ ...command(), ...paths, calibrationPaths: [at("c0.npy"), at("c0.npy")] });
    const twice = JSON.parse(await readFile(at("s.json"), "utf8"));
    expect(twice).toEqual(one);
  });

  test("names what is wrong with arrays and architectures", async () => {
    await writeNpy(at("grey.npy"), { shape: [1, 1, 16, 16], data: new Float32Array(256) });
    await writeFile(at("bad.json"), JSON.stringify({ ...(architecture(16) as object), d: [4, 1] }));
    await writeFile(at("broken.json"), "{");
    const io = { inputPath: at("x.npy"), outputPath: at("y.npy") };
    await expect(runSubnet({ ...command(), ...io, inputPath: at("grey.npy") })).rejects.toThrow(
      "got shape [1, 1, 16, 16], allowed is [n, 3, height, width]",
    );
    await expect(runSubnet({ ...command(at("bad.json")), ...io })).rejects.toThrow(
      "d[0]: got 4, allowed depth is 1, 2, 3",
    );
    await expect(runSubnet({ ...command(at("broken.json")), ...io })).rejects.toThrow(
      "is not JSON",
    );
    await expect(runSubnet({ ...command(at("none.json")), ...io })).rejects.toThrow(
      `architecture ${at("none.json")}: no such file or directory`,
    );
  });

  test("names option and file that cannot be read or written", async () => {
    const run = (paths: object) =>
      runSubnet({ ...command(), inputPath: at("x.npy"), outputPath: at("y.npy"), ...paths });
    const [none, inside] = [at("none.npy"), at("none/y.npy")];
    await expect(run({ inputPath: none })).rejects.toMatchObject({
      code: "not-found",
      message: `--input ${none}: no such file or directory`,
    });
    await expect(run({ outputPath: inside })).rejects.toThrow(`--output ${inside}: no such file`);
    await expect(run({ statisticsPath: inside })).rejects.toThrow(`--statistics ${inside}: no`);
    await expect(
      exportSubnet({ ...command(), outputPath: inside, locateImages }),
    ).rejects.toMatchObject({
      code: "not-found",
      message: `--output ${inside}: no such file or directory`,
    });
  });
});

describe("evaluateSubnet", () => {
  test("gives accuracy and costs, and marks an opened test split", async () => {
    const validation = await evaluateSubnet({ ...command(), split: "validation", locateImages });
    expect(validation).toMatchObject({ split: "validation", images: 64 });
    expect(validation.macs).toBeGreaterThan(0);
    expect(validation.top5Percent).toBeGreaterThanOrEqual(validation.top1Percent);
    expect(validation).not.toHaveProperty("isSealed");
    const opened = await evaluateSubnet({ ...command(), split: "test", locateImages });
    expect(opened).toMatchObject({ split: "test", isSealed: false, images: 64 });
  });

  test("names the sizes that the images have when the architecture's is none of them", async () => {
    await writeFile(at("r40.json"), JSON.stringify(architecture(40)));
    await expect(
      evaluateSubnet({ ...command(at("r40.json")), split: "validation", locateImages }),
    ).rejects.toThrow(/image size: got 40, .*validation.safetensors holds 12, 16, 20/);
  });

  test("refuses more calibration images than there are", async () => {
    const other = await mkdtemp(join(tmpdir(), "collm-evaluation-"));
    const path = await writeTinySupernet(other, { recipe: { calibrationImages: 33 } });
    await expect(
      evaluateSubnet({
        ...command(),
        manifestPath: path,
        split: "validation",
        locateImages,
      }),
    ).rejects.toThrow(/recipe.calibrationImages: got 33, .* holds 32/);
    await rm(other, { recursive: true });
  });

  test("stops between batches when asked to", async () => {
    const stop = new AbortController();
    const evaluation = evaluateSubnet({
      ...command(),
      split: "validation",
      locateImages,
      signal: stop.signal,
      onProgress: ({ phase, imagesDone }) => {
        if (phase === "run" && imagesDone === 16) stop.abort(new Error("enough"));
      },
    });
    await expect(evaluation).rejects.toThrow("enough");
  });
});

describe("exportSubnet", () => {
  test("writes a model that runs and says what it is, with re-estimated statistics", async () => {
    const summary = await exportSubnet({ ...command(), outputPath: at("a.onnx"), locateImages });
    expect(summary).toMatchObject({ statistics: "re-estimated", resolution: 16 });
    const bytes = await readFile(at("a.onnx"));
    expect(summary.sizeBytes).toBe(bytes.length);
    expect(metadataOf(decodeModel(bytes)).get("collm.architecture")).toBe(
      "r16/k3e2.k5e4.k7e1/k3e4.k3e2",
    );
    const session = await InferenceSession.create(bytes);
    const { logits } = await session.run({
      images: new Tensor("float32", new Float32Array(2 * 3 * 16 * 16), [2, 3, 16, 16]),
    });
    expect(logits?.dims).toEqual([2, 10]);
    await session.release();
  });

  test("keeps the checkpoint's statistics when the manifest names no calibration images", async () => {
    const fields = JSON.parse(await readFile(manifestPath, "utf8"));
    const bare = at("bare.yaml");
    await writeFile(bare, JSON.stringify({ ...fields, images: {} }));
    const outputPath = at("bare.onnx");
    const summary = await exportSubnet({
      ...command(),
      manifestPath: bare,
      outputPath,
      locateImages,
    });
    expect(summary.statistics).toBe("running");
    const session = await InferenceSession.create(await readFile(outputPath));
    const { data, shape } = await readNpy(at("x.npy"));
    const { logits } = await session.run({ images: new Tensor("float32", data, shape) });
    await runSubnet({ ...command(), inputPath: at("x.npy"), outputPath: at("y.npy") });
    const expected = await readNpy(at("y.npy"));
    expected.data.forEach((logit, i) => {
      expect(logits?.data[i]).toBeCloseTo(logit, 4);
    });
    await session.release();
  });
});
