import { memoryTensorSource } from "@collm/checkpoint/testing";
import { blockCount } from "@collm/search-space";
import { tinyAutoFormerSpec, tinyShuffleNetSpec, tinySpec } from "@collm/search-space/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formulaTensors as autoFormerTensors } from "./autoformer/formula.fixture.js";
import { runningStatistics } from "./batch-statistics.js";
import { familyDefaults } from "./family-defaults.js";
import { buildInferenceGraph } from "./inference-graph.js";
import { formulaTensors as elasticTensors } from "./ofa-mobilenet-v3/formula.fixture.js";
import { openSession, runSession } from "./onnx-session.fixture.js";
import { formulaTensors as shuffleNetTensors } from "./shufflenet/formula.fixture.js";
import { loadSupernet } from "./supernet.js";

const pick = <T>(choices: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...choices);
const listOf = <T>(choices: readonly T[], length: number): fc.Arbitrary<T[]> =>
  fc.array(pick(choices), { minLength: length, maxLength: length });

/** Encodings as people write them, values of blocks that do not run included; one resolution. */
const encodings = {
  "ofa-mobilenet-v3": fc.record({
    ks: listOf(tinySpec.kernels, blockCount(tinySpec)),
    e: listOf(tinySpec.expansions, blockCount(tinySpec)),
    d: listOf(tinySpec.depths, tinySpec.stages.length),
    r: fc.constant(tinySpec.resolutions[0] as number),
  }),
  "spos-shufflenet-v2": listOf([0, 1, 2, 3], 6),
  autoformer: fc.record({
    layer_num: pick(tinyAutoFormerSpec.depths),
    mlp_ratio: listOf(tinyAutoFormerSpec.mlpRatios, 3),
    num_heads: listOf(tinyAutoFormerSpec.headChoices, 3),
    embed_dim: pick(tinyAutoFormerSpec.embedDims),
  }),
} as const;

/** Changes one entry of one list to that of another encoding: a block that runs, or one that does not. */
function withOneOf<T extends object>(encoding: T, other: T, place: number): T {
  if (Array.isArray(encoding)) {
    const at = place % encoding.length;
    return encoding.with(at, (other as unknown[])[at]) as T;
  }
  const keys = Object.keys(encoding) as (keyof T)[];
  const key = keys[place % keys.length] as keyof T;
  const [own, others] = [encoding[key], other[key]];
  if (!Array.isArray(own)) return { ...encoding, [key]: others };
  const at = Math.floor(place / keys.length) % own.length;
  return { ...encoding, [key]: own.with(at, (others as unknown[])[at]) };
}

describe.each([
  { spec: tinySpec, tensors: elasticTensors(tinySpec) },
  { spec: tinyShuffleNetSpec, tensors: shuffleNetTensors(tinyShuffleNetSpec) },
  { spec: tinyAutoFormerSpec, tensors: autoFormerTensors(tinyAutoFormerSpec) },
])("the canonical form of $spec.family", ({ spec, tensors }) => {
  it("is equal if and only if the logits are", { timeout: 60_000 }, async () => {
    const supernet = await loadSupernet(
      {
        file: "/test/supernet.yaml",
        name: "test",
        spec,
        weights: { kind: "checkpoint", path: "/test/weights.pth" },
        images: {},
        ...familyDefaults(spec.family),
      },
      memoryTensorSource(tensors),
    );
    const networkOf = async (notation: unknown) => {
      const outcome = supernet.subnetOfNotation(notation);
      if (outcome.kind === "illegal") throw new Error(outcome.reasons.join("; "));
      const { subnet } = outcome;
      const side = subnet.resolution;
      const data = Float32Array.from({ length: 3 * side * side }, (_, i) => Math.sin(7 * i));
      const session = await openSession(buildInferenceGraph(subnet, runningStatistics(subnet)));
      const { logits = [] } = await runSession(session, { data, shape: [1, 3, side, side] });
      await session.release();
      return { canonical: subnet.canonical, logits: [...logits].join() };
    };
    const encoding: fc.Arbitrary<object> = encodings[spec.family];
    let equal = 0;
    await fc.assert(
      fc.asyncProperty(encoding, encoding, fc.nat(1_000), async (first, other, place) => {
        const [a, b] = [await networkOf(first), await networkOf(withOneOf(first, other, place))];
        expect(a.canonical === b.canonical).toBe(a.logits === b.logits);
        if (a.canonical === b.canonical) equal++;
      }),
      { numRuns: 60, seed: 1 },
    );
    // Both sides of the equivalence were met.
    expect(equal).toBeGreaterThan(5);
    expect(equal).toBeLessThan(55);
  });
});
