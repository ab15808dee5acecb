import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openSafetensors } from "@collm/checkpoint";
import { searchResultSchema } from "@collm/report";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digitsManifest, Workspace } from "../support/collm.js";
import { readJson } from "../support/run-files.js";

const limitMacs = 760_000;

describe("a search of the digits supernet", { timeout: 180_000 }, () => {
  let workspace: Workspace;
  let run: string;
  beforeAll(async () => {
    workspace = await Workspace.create();
    run = workspace.file("run");
    const finished = await workspace.run(
      ...["search", "--supernet", digitsManifest, "--out", run, "--max-macs", String(limitMacs)],
      ...["--budget", "8", "--candidates", "4"],
    );
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
  }, 180_000);
  afterAll(() => workspace.remove());

  const result = async () => searchResultSchema.parse(await readJson(join(run, "result.json")));

  const winner = async () => {
    const { best } = await result();
    if (!best) throw new Error("the search found nothing");
    return best;
  };

  it("finds a subnet within the limit whose accuracy and cost `subnet evaluate` reproduces", async () => {
    const best = await winner();
    expect(best.cost.macs).toBeLessThanOrEqual(limitMacs);
    const evaluated = await workspace.run(
      ...["subnet", "evaluate", "--supernet", digitsManifest],
      ...["--architecture", join(run, "best/architecture.json")],
    );
    expect(evaluated, evaluated.stderr).toMatchObject({ code: 0 });
    const { top1Percent, top5Percent, images, ...cost } = JSON.parse(evaluated.stdout);
    expect({ top1Percent, top5Percent, images }).toEqual(best.validation);
    expect(cost).toEqual({ split: "validation", ...best.cost });
  });

  it("exports the winner as ONNX that gives the journaled test accuracy outside the evaluator", async () => {
    const { test } = await result();
    const { r } = (await winner()).notation as { r: number };
    const images = await openSafetensors(workspace.file("home/images/test.safetensors"));
    const pixels = await images.read(`images.${r}`);
    const labels = await images.read("labels");
    const session = await InferenceSession.create(join(run, "best/subnet.onnx"));
    const count = pixels.shape[0] as number;
    const correct = await countCorrect(session, pixels.data as Uint8Array, labels.data, count, r);
    await images.close();
    await session.release();
    expect((100 * correct) / count).toBeCloseTo(test?.top1Percent as number, 6);
    expect(count).toBe(test?.images);
  });

  it("exports the same file through `subnet export`", async () => {
    const { r } = (await winner()).notation as { r: number };
    const architecture = join(run, "best/architecture.json");
    const exported = workspace.file("exported.onnx");
    const args = ["--supernet", digitsManifest, "--architecture", architecture];
    const finished = await workspace.run("subnet", "export", ...args, "--output", exported);
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    // The evaluator's export and the command line's are the same file.
    expect((await readFile(exported)).equals(await readFile(join(run, "best/subnet.onnx")))).toBe(
      true,
    );
    expect(JSON.parse(finished.stdout).resolution).toBe(r);
  });
});

describe("a broken checkpoint", { timeout: 60_000 }, () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.create();
    const manifest = await readFile(digitsManifest, "utf8");
    await writeFile(workspace.file("digits.yaml"), manifest);
    await mkdir(workspace.file("weights"));
    await writeFile(
      workspace.file("a.json"),
      JSON.stringify({ ks: Array(12).fill(3), e: Array(12).fill(1), d: [1, 1, 1, 1], r: 12 }),
    );
  });
  afterAll(() => workspace.remove());

  const checkpoint = () => workspace.file("weights/digits.safetensors");
  const original = join(digitsManifest, "../weights/digits.safetensors");

  async function expectRefusal(...parts: readonly string[]) {
    for (const args of [
      ["search", "--supernet", "digits.yaml", "--budget", "2"],
      ["subnet", "evaluate", "--supernet", "digits.yaml", "--architecture", "a.json"],
    ]) {
      const { code, stderr } = await workspace.run(...args);
      expect(code, stderr).toBe(2);
      for (const part of parts) expect(stderr).toContain(part);
    }
  }

  it("that is truncated is refused with its name and where it ends", async () => {
    const bytes = await readFile(original);
    await writeFile(checkpoint(), bytes.subarray(0, bytes.length - 1000));
    await expectRefusal("digits.safetensors", "byte");
  });

  it("of another network is refused with the tensor's name", async () => {
    await copyFile(original, checkpoint());
    const manifest = await readFile(digitsManifest, "utf8");
    await writeFile(workspace.file("digits.yaml"), manifest.replace("width: 32,", "width: 40,"));
    await expectRefusal("blocks.10.mobile_inverted_conv", "point_linear");
    await writeFile(workspace.file("digits.yaml"), manifest);
  });
});

/** Images by top-1, with the manifest's normalisation written out: (v / 255 - 0.5) / 0.25. */
async function countCorrect(
  session: InferenceSession,
  pixels: Uint8Array,
  labels: ArrayLike<number | bigint>,
  count: number,
  size: number,
): Promise<number> {
  const batch = 100;
  const plane = size * size;
  let correct = 0;
  for (let first = 0; first < count; first += batch) {
    const n = Math.min(batch, count - first);
    // [n, 3, size, size] from [n, size, size, 3]
    const input = new Float32Array(n * 3 * plane);
    for (let i = 0; i < n * plane; i++) {
      const [image, position] = [Math.floor(i / plane), i % plane];
      for (let channel = 0; channel < 3; channel++) {
        const value = pixels[(first * plane + i) * 3 + channel] as number;
        input[(image * 3 + channel) * plane + position] = (value / 255 - 0.5) / 0.25;
      }
    }
    const name = session.inputNames[0] as string;
    const outputs = await session.run({ [name]: new Tensor("float32", input, [n, 3, size, size]) });
    const logits = outputs[session.outputNames[0] as string]?.data as Float32Array;
    const classes = logits.length / n;
    for (let i = 0; i < n; i++) {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      if (row.indexOf(Math.max(...row)) === Number(labels[first + i])) correct++;
    }
  }
  return correct;
}
