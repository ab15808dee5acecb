import { readFile, writeFile } from "node:fs/promises";
import { encodeSafetensors } from "@collm/checkpoint";
import { writeFormulaImages } from "@collm/images/testing";
import { tinyAutoFormerSpec, tinyShuffleNetSpec } from "@collm/search-space/testing";
import { autoFormerTensors, shuffleNetTensors } from "@collm/supernet/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Workspace } from "../support/collm.js";
import { readJson } from "../support/run-files.js";

const families = [
  {
    spec: tinyShuffleNetSpec,
    tensors: shuffleNetTensors(tinyShuffleNetSpec),
    recipe: { calibrationImages: 64, batchSize: 32 },
    published: ["--preset", "spos", "--max-flops", "2M"],
  },
  {
    spec: tinyAutoFormerSpec,
    tensors: autoFormerTensors(tinyAutoFormerSpec),
    recipe: {},
    published: ["--preset", "autoformer", "--max-params", "300k"],
  },
] as const;

describe.each(families)(
  "a search over $spec.family",
  { timeout: 180_000 },
  ({ spec, tensors, recipe, published }) => {
    let workspace: Workspace;
    let manifest: string;
    beforeAll(async () => {
      workspace = await Workspace.create();
      manifest = workspace.file("supernet.yaml");
      await writeFile(workspace.file("weights.safetensors"), encodeSafetensors(tensors));
      const images = { classes: spec.classes, resolutions: [spec.resolution] };
      for (const [split, seed] of Object.entries({ validation: 1, calibration: 2, test: 3 })) {
        const path = workspace.file(`${split}.safetensors`);
        await writeFormulaImages(path, { ...images, count: 64, seed });
      }
      await writeFile(
        manifest,
        stringify({
          ...spec,
          checkpoint: "weights.safetensors",
          images: {
            validation: "validation.safetensors",
            calibration: "calibration.safetensors",
            test: "test.safetensors",
          },
          recipe,
        }),
      );
    });
    afterAll(() => workspace.remove());

    it.each([
      ["collm", ["--budget", "12", "--candidates", "4"]],
      ["evolution", [...published, "--budget", "8", "--candidates", "4"]],
    ])("by %s finds a subnet that `subnet evaluate` reproduces", async (searcher, flags) => {
      const run = workspace.file(searcher);
      const settings = ["--searcher", searcher, "--out", run, ...flags];
      const found = await workspace.run("search", "--supernet", manifest, ...settings);
      expect(found, found.stderr).toMatchObject({ code: 0 });
      const result = await readJson(`${run}/result.json`);
      expect(result).toMatchObject({ status: "finished", supernet: { family: spec.family } });
      const { best } = result as unknown as {
        best: { validation: object; cost: object };
      };
      const evaluated = await workspace.run(
        ...["subnet", "evaluate", "--supernet", manifest],
        ...["--architecture", `${run}/best/architecture.json`],
      );
      expect(evaluated, evaluated.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(evaluated.stdout)).toMatchObject({ ...best.validation, ...best.cost });
      expect((await readFile(`${run}/best/subnet.onnx`)).length).toBeGreaterThan(1000);
    });
  },
);
