import { readFile, writeFile } from "node:fs/promises";
import { encodeSafetensors, writeNpy } from "@collm/checkpoint";
import { readEnv, runtimeEnvSchema } from "@collm/config";
import {
  exportSubnet,
  openNetwork,
  type RuntimeSettings,
  requireProvider,
  runSubnet,
} from "@collm/evaluation";
import { writeTinySupernet } from "@collm/evaluation/testing";
import {
  buildInferenceGraph,
  graphNames,
  loadManifest,
  openSupernet,
  runningStatistics,
} from "@collm/supernet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Workspace } from "../support/collm.js";
import { largestDifference, publishedCases } from "../support/published.js";
import { readJson } from "../support/run-files.js";

const isAsked = Boolean(process.env.COLLM_PROVIDER);

/**
 * Another provider adds up in another order: twice what the CPU is allowed to differ from double
 * precision, still an order of magnitude below the smallest mistake.
 */
const slack = process.env.COLLM_PROVIDER === "cpu" ? 1 : 2;

describe.skipIf(!isAsked)(
  "the provider that COLLM_PROVIDER names (skipped without the variable)",
  { timeout: 120_000 },
  () => {
    const cpu: RuntimeSettings = { executionProvider: "cpu", threads: 1 };
    let runtime: RuntimeSettings;
    let workspace: Workspace;
    beforeAll(async () => {
      runtime = { ...readEnv(runtimeEnvSchema, process.env), threads: 1 };
      await requireProvider(runtime);
      workspace = await Workspace.create();
    });
    afterAll(() => workspace?.remove());

    it.each(publishedCases)("gives the original's logits of $name", async (published) => {
      const checkpoint = workspace.file(`${published.name}.safetensors`);
      await writeFile(checkpoint, encodeSafetensors(published.tensors()));
      const file = workspace.file(`${published.name}.yaml`);
      await writeFile(file, stringify({ ...published.manifest, checkpoint }));
      const supernet = await openSupernet(await loadManifest(file));
      const outcome = supernet.subnetOfNotation(published.architecture);
      if (outcome.kind === "illegal") throw new Error(outcome.reasons.join("; "));
      const { subnet } = outcome;
      const network = await openNetwork(
        buildInferenceGraph(subnet, runningStatistics(subnet)),
        runtime,
      );
      const { shape, data } = published.input;
      const batch = { imagesCount: shape[0] as number, input: data(), shape };
      const { logits } = await network.run(batch, [graphNames.logits]);
      await network.release();
      expect(largestDifference(logits, published.logits16)).toBeLessThan(
        slack * published.tolerance,
      );
    });

    it("re-estimates the statistics and exports the network that the CPU does", async () => {
      const manifestPath = await writeTinySupernet(workspace.path);
      const architecturePath = workspace.file("a.json");
      const notation = { ks: [3, 5, 7, 3, 3, 0], e: [2, 4, 1, 4, 2, 0], d: [3, 2], r: 16 };
      await writeFile(architecturePath, JSON.stringify(notation));
      const data = Float32Array.from({ length: 32 * 3 * 256 }, (_, i) => Math.sin(i));
      await writeNpy(workspace.file("x.npy"), { shape: [32, 3, 16, 16], data });
      const statisticsOf = async (own: RuntimeSettings, name: string) => {
        await runSubnet({
          ...{ manifestPath, architecturePath, runtime: own },
          inputPath: workspace.file("x.npy"),
          outputPath: workspace.file(`${name}.npy`),
          calibrationPaths: [workspace.file("x.npy")],
          statisticsPath: workspace.file(`${name}.json`),
        });
        return Object.values(await readJson(workspace.file(`${name}.json`))).flatMap(
          ({ mean, variance }: { mean: number[]; variance: number[] }) => [...mean, ...variance],
        );
      };
      const [own, reference] = [await statisticsOf(runtime, "own"), await statisticsOf(cpu, "cpu")];
      own.forEach((value, i) => {
        expect(value).toBeCloseTo(reference[i] as number, 4);
      });

      const locateImages = async (value: string): Promise<string> => value;
      const command = { manifestPath, architecturePath, locateImages };
      const outputPath = workspace.file("own.onnx");
      await exportSubnet({ ...command, runtime, outputPath });
      await exportSubnet({ ...command, runtime: cpu, outputPath: workspace.file("cpu.onnx") });
      const logitsOf = async (file: string): Promise<Float32Array> => {
        const network = await openNetwork(await readFile(workspace.file(file)), runtime);
        const batch = { imagesCount: 32, input: data, shape: [32, 3, 16, 16] };
        const { logits } = await network.run(batch, [graphNames.logits]);
        await network.release();
        return logits;
      };
      const expected = await logitsOf("cpu.onnx");
      (await logitsOf("own.onnx")).forEach((logit, i) => {
        expect(logit).toBeCloseTo(expected[i] as number, 3);
      });
    });
  },
);
