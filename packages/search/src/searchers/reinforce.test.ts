import { createRng, createSearchSpace, nasBench201Spec, sampleUniform } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { archive, funnel } from "../folds.js";
import { createSearchBench } from "../testing.js";
import { learn, samplePolicy, uniformPolicy } from "./reinforce-policy.js";

const spec = nasBench201Spec("cifar10");
const space = createSearchSpace(spec);
const settings = { learningRate: 0.01, baselineDecay: 0.9 };
const architecture = space.canonicalise([3, 3, 3, 3, 3, 3]);

describe("learn", () => {
  it("moves every gene's logits by the learning rate: up for a reward above the baseline", () => {
    const first = learn(space, uniformPolicy(space), architecture, 50, settings);
    // The baseline takes in the reward first, so that the first one teaches nothing.
    expect(first.logits.flat().every((logit) => logit === 0)).toBe(true);
    const second = learn(space, first, architecture, 60, settings);
    for (const row of second.logits) {
      expect(row[3]).toBeGreaterThan(0);
      expect(row[0]).toBeLessThan(0);
      expect(row[0]).toBeCloseTo(row[4] as number);
    }
    const punished = learn(space, first, architecture, 40, settings);
    for (const row of punished.logits) expect(row[3]).toBeLessThan(0);
  });

  it("follows Adam to the digit", () => {
    // One gene's first real step: gradient g after a zero one, so m = 0.1 g and v = 0.001 g^2 at t = 2.
    const first = learn(space, uniformPolicy(space), architecture, 50, settings);
    const second = learn(space, first, architecture, 60, settings);
    const expected = (0.01 * (0.1 / (1 - 0.9 ** 2))) / Math.sqrt(0.001 / (1 - 0.999 ** 2));
    expect(second.logits[0]?.[3]).toBeCloseTo(expected, 6);
  });
});

describe("samplePolicy", () => {
  it("draws each choice as often as its logit says", () => {
    const policy = {
      ...uniformPolicy(space),
      logits: space.genes.map(() => [0, 0, 0, Math.log(4), 0]),
    };
    const rng = createRng("policy");
    const draws = Array.from({ length: 4_000 }, () => samplePolicy(space, policy, rng));
    const share = draws.filter(({ choices }) => choices[2] === 3).length / draws.length;
    expect(share).toBeCloseTo(0.5, 1);
  });
});

describe("reinforce", () => {
  it("learns from networks it draws again without spending an evaluation, and ends", async () => {
    const config = {
      searcher: "reinforce",
      budget: 60,
      reinforce: { learningRate: 0.3, baselineDecay: 0.9 },
    } as const;
    const state = await createSearchBench({ config, spec }).run();
    const counts = funnel(state);
    expect(state.finishReason).toBe("budget");
    expect(archive(state)).toHaveLength(60);
    // A learning rate this high makes up its mind soon.
    expect(counts.proposed).toBeGreaterThan(100);
    expect(counts.novel).toBe(60);
  });

  it("comes to prefer what scores well", async () => {
    const config = {
      searcher: "reinforce",
      budget: 150,
      reinforce: { learningRate: 0.05, baselineDecay: 0.9 },
    } as const;
    const trials = archive(await createSearchBench({ config, spec }).run());
    const mean = (from: number, to: number): number =>
      trials.slice(from, to).reduce((sum, { status }) => sum + status.result.top1Percent, 0) /
      (to - from);
    expect(mean(100, 150)).toBeGreaterThan(mean(0, 50) + 3);
  });

  it("keeps to uniform samples when nothing was learnt", () => {
    const rng = createRng(1);
    expect(samplePolicy(space, uniformPolicy(space), rng)).toEqual(
      sampleUniform(space, createRng(1)),
    );
  });
});
