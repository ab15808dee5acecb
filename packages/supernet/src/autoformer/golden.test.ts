import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { memoryTensorSource } from "@collm/checkpoint/testing";
import { type AutoFormerSize, publishedAutoFormerSpec } from "@collm/search-space";
import { beforeAll, describe, expect, it } from "vitest";
import { familyDefaults } from "../family-defaults.js";
import { buildInferenceGraph } from "../inference-graph.js";
import { openSession, runSession } from "../onnx-session.fixture.js";
import { loadSupernet, type Supernet } from "../supernet.js";
import { formulaImages, formulaTensors } from "./formula.fixture.js";

/** Reference outputs of the original code; see `test/golden/autoformer/README.md`. */
interface Golden {
  readonly input: { readonly sha256_f32le: string };
  readonly state_dict: readonly { readonly name: string; readonly sha256_f32le: string }[];
  readonly archs: readonly Reference[];
  readonly variants?: readonly (Reference & { readonly options: unknown })[];
}

interface Reference {
  readonly id: string;
  readonly config: unknown;
  readonly params: number;
  readonly flops: number;
  readonly logits_full?: readonly (readonly number[])[];
  readonly f64: {
    readonly logits_first16: readonly (readonly number[])[];
    readonly logits_l2: readonly number[];
  };
}

/** PyTorch's own float32 is up to 2.7e-6 from double precision; the smallest mistake tried costs 4.7e-4. */
const logitTolerance = 2e-5;
const normTolerance = 2e-6;

const classes = 1000;
const images = { data: formulaImages(), shape: [2, 3, 224, 224] };

function sha256(elements: Float32Array): string {
  return createHash("sha256")
    .update(Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength))
    .digest("hex");
}

describe.each(["tiny", "small", "base"] as const)(
  "AutoFormer %s against the original code",
  (size: AutoFormerSize) => {
    const url = new URL(`../../../../test/golden/autoformer/${size}.json`, import.meta.url);
    const golden = JSON.parse(readFileSync(url, "utf8")) as Golden;
    const spec = publishedAutoFormerSpec(size);
    const tensors = formulaTensors(spec);
    let supernet: Supernet;

    beforeAll(async () => {
      supernet = await loadSupernet(
        {
          file: "/test/supernet.yaml",
          name: size,
          spec,
          weights: { kind: "checkpoint", path: "/test/weights.pth" },
          images: {},
          ...familyDefaults("autoformer"),
        },
        memoryTensorSource(tensors),
      );
    });

    it("starts from the same tensors and images", () => {
      expect([...tensors].map(([name, { data }]) => [name, sha256(data as Float32Array)])).toEqual(
        golden.state_dict.map(({ name, sha256_f32le }) => [name, sha256_f32le]),
      );
      expect(sha256(images.data)).toBe(golden.input.sha256_f32le);
    });

    const fullSupernet = golden.variants?.find(({ id }) => id === "tiny-fullsupernet");
    const references = [...golden.archs, ...(fullSupernet ? [fullSupernet] : [])];
    it.each(references.map(({ id }) => id))("gives the logits and costs of %s", async (id) => {
      const reference = references.find((arch) => arch.id === id) as Reference;
      const outcome = supernet.subnetOfNotation(reference.config);
      if (outcome.kind === "illegal") throw new Error(outcome.reasons.join("; "));
      const { subnet } = outcome;
      expect(subnet.cost).toMatchObject({
        officialFlops: reference.flops,
        paramsCount: reference.params,
      });

      const session = await openSession(buildInferenceGraph(subnet, new Map()));
      const { logits = new Float32Array() } = await runSession(session, images);
      await session.release();
      expect(logits).toHaveLength(2 * classes);
      reference.f64.logits_first16.forEach((first16, image) => {
        const own = logits.subarray(image * classes, (image + 1) * classes);
        const expected = reference.logits_full?.[image] ?? first16;
        const errors = expected.map((logit, i) => Math.abs(logit - (own[i] as number)));
        expect(Math.max(...errors)).toBeLessThan(logitTolerance);
        const norm = reference.f64.logits_l2[image] as number;
        expect(Math.abs(Math.hypot(...own) / norm - 1)).toBeLessThan(normTolerance);
      });
    });
  },
);
