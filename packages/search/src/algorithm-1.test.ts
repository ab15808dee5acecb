import { createSearchSpace, isFeasible, type Limits } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { presets, type SearchConfig } from "./config.js";
import { archive, best, funnel } from "./folds.js";
import type { Proposal } from "./roles.js";
import type { SearchState } from "./state.js";
import { createSearchBench } from "./testing.js";

/**
 * Algorithm 1 of the CoLLM-NAS paper, word for word, as an oracle for the loop. `C` are the
 * candidates of each iteration, `p` and `c` measure, `legal` gives the canonical string.
 */
function algorithm1(
  target: number,
  isWithinLimit: (canonical: string) => boolean,
  T: number,
  C: readonly (readonly unknown[])[],
  legal: (candidate: unknown) => string | undefined,
  p: (canonical: string) => number,
) {
  let alphaStar: string | undefined;
  let pStar = 0;
  const V = new Set<string>();
  const R: string[][] = [];
  let navigatorCalls = 1;
  for (let t = 1; t <= T; t++) {
    const Rt: string[] = [];
    for (const candidate of C[t - 1] ?? []) {
      const alpha = legal(candidate);
      if (alpha === undefined || V.has(alpha)) continue;
      Rt.push(alpha);
      V.add(alpha);
      if (isWithinLimit(alpha) && p(alpha) > pStar) {
        pStar = p(alpha);
        alphaStar = alpha;
      }
    }
    R.push(Rt);
    if (pStar >= target) break;
    navigatorCalls++;
  }
  return { alphaStar, R, navigatorCalls };
}

const space = createSearchSpace(tinySpec);
const limits: Limits = { maxMacs: 4 * space.cost(space.cheapest("macs")).macs };
/** Coarse, so that equal accuracies are common and the first of equals matters. */
const top1Percent = (canonical: string): number => 10 + ((canonical.length * 7) % 60);
const paper: Partial<SearchConfig> = {
  searcher: "collm",
  ...presets.collm.paper,
  limits,
  // The algorithm has no budget.
  budget: 10_000,
};

const encoding = fc.tuple(...space.genes.map((gene) => fc.nat(gene.choices.length - 1)));
/** Small choices only, so that duplicates are common; sometimes something illegal. */
const candidate = fc.oneof(
  { weight: 6, arbitrary: encoding.map((choices) => space.notation(space.canonicalise(choices))) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(2), fc.nat(1))
      .map(([r, d]) =>
        space.notation(
          space.canonicalise(space.genes.map((_, i) => (i === 0 ? r : i === 1 ? d : 0))),
        ),
      ),
  },
  { weight: 1, arbitrary: fc.constant({ ks: [3] }) },
);
/** No empty answer: sampling stands in for it, which is not in the paper. */
const answers = fc.array(fc.array(candidate, { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 5,
});

function proposals(candidates: readonly unknown[] | undefined): readonly Proposal[] | undefined {
  return candidates?.map((notation) => ({ text: JSON.stringify(notation), notation }));
}

function canonicalOf(notation: unknown): string | undefined {
  const legality = space.legality(notation);
  return legality.kind === "legal" ? legality.architecture.canonical : undefined;
}

/** One candidate for each reason not to evaluate it that the paper knows, and one to evaluate. */
const withRejections: readonly Proposal[] = [
  { text: "{", problem: "no JSON" },
  ...(proposals([{ ks: [3] }, space.notation(space.cheapest("macs"))]) ?? []),
  ...(proposals([space.notation(space.cheapest("macs"))]) ?? []),
];

function reasonsOf({ iterations }: SearchState): readonly string[] {
  return iterations
    .flatMap(({ candidates = [] }) => candidates)
    .flatMap(({ status }) => (status.kind === "rejected" ? [status.reason] : []));
}

describe("the loop with the paper preset", () => {
  it("is Algorithm 1: visited set, winner, stop test, history and Navigator calls", async () => {
    await fc.assert(
      fc.asyncProperty(answers, fc.integer({ min: 30, max: 75 }), async (C, target) => {
        const expected = algorithm1(
          target,
          (canonical) => {
            const read = space.parse(canonical);
            return read.kind === "legal" && isFeasible(space.cost(read.architecture), limits);
          },
          C.length,
          C,
          canonicalOf,
          top1Percent,
        );
        // Three answers without anything new make the loop sample; that is not the paper.
        fc.pre(!/000/u.test(expected.R.map((results) => Math.sign(results.length)).join("")));

        const bench = createSearchBench({
          config: { ...paper, targetTop1Percent: target, iterations: C.length },
          roles: { candidates: ({ iteration }) => proposals(C[iteration - 1]) },
          dispatcher: { top1Percent: ({ canonical }) => top1Percent(canonical), arrivalSeed: 1 },
        });
        const state = await bench.run();

        expect(best(state)?.architecture.canonical).toBe(expected.alphaStar);
        expect(archive(state).map(({ architecture }) => architecture.canonical)).toEqual(
          expected.R.flat(),
        );
        expect(bench.roles.strategyRequests).toHaveLength(expected.navigatorCalls);
        expect(bench.roles.candidatesRequests).toHaveLength(expected.R.length);
        // H before call t holds the first t - 1 rounds, whole.
        bench.roles.strategyRequests.forEach(({ trajectory }, calls) => {
          expect(trajectory.map(({ trials }) => trials.map(({ canonical }) => canonical))).toEqual(
            expected.R.slice(0, calls),
          );
          expect(trajectory.flatMap(({ rejections }) => rejections)).toEqual([]);
          expect(trajectory.map(({ strategy }) => strategy)).toEqual(
            Array.from({ length: calls }, (_, i) => `Strategy ${i + 1}: try everything.`),
          );
        });
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it("evaluates over-limit candidates and feeds them back, but none wins", async () => {
    const over = space.notation(
      space.canonicalise(space.genes.map((gene) => gene.choices.length - 1)),
    );
    const within = space.notation(space.cheapest("macs"));
    const bench = createSearchBench({
      config: { ...paper, iterations: 1 },
      roles: { candidates: () => proposals([over, within]) },
    });
    const state = await bench.run();
    expect(archive(state).map(({ isFeasible }) => isFeasible)).toEqual([false, true]);
    expect(best(state)?.id).toBe("1.2");
    expect(funnel(state)).toMatchObject({ legal: 2, novel: 2, evaluated: 2, feasible: 1 });
    expect(bench.roles.strategyRequests[1]?.trajectory[0]?.trials).toMatchObject([
      { isFeasible: false, top1Percent: 90 },
      { isFeasible: true },
    ]);
  });

  it("asks for the useless last strategy only with finalStrategy, and never after the target", async () => {
    const calls = async (config: Partial<SearchConfig>): Promise<number> => {
      const bench = createSearchBench({ config: { ...paper, iterations: 2, ...config } });
      await bench.run();
      return bench.roles.strategyRequests.length;
    };
    expect(await calls({})).toBe(3);
    expect(await calls({ finalStrategy: false })).toBe(2);
    expect(await calls({ targetTop1Percent: 1 })).toBe(1);
  });

  it("shows the Generator nothing but the strategy and general instructions", async () => {
    const bench = createSearchBench({ config: { ...paper, iterations: 3 } });
    await bench.run();
    const {
      iteration: _,
      strategy: __,
      seed: ___,
      ...instructions
    } = {
      ...bench.roles.candidatesRequests[0],
    };
    expect(instructions).toEqual({
      task: { limits },
      space: tinySpec,
      count: 15,
      visited: [],
      hasCostHints: false,
      history: [],
    });
    for (const { seed: _, ...request } of bench.roles.candidatesRequests) {
      const strategy = `Strategy ${request.iteration}: try everything.`;
      expect(request).toEqual({ ...instructions, iteration: request.iteration, strategy });
    }
  });

  it("drops what is not evaluated without a word to either role", async () => {
    const bench = createSearchBench({
      config: { ...paper, iterations: 3, generatorMemory: true },
      roles: { candidates: () => withRejections },
    });
    const state = await bench.run();
    expect(reasonsOf(state)).toEqual(
      expect.arrayContaining(["unparsable", "illegal", "duplicate"]),
    );
    const told = [
      ...bench.roles.strategyRequests.flatMap(({ trajectory }) => trajectory),
      ...bench.roles.candidatesRequests.flatMap(({ history }) => history),
    ];
    expect(told.length).toBeGreaterThan(0);
    expect(told.flatMap(({ rejections }) => rejections)).toEqual([]);
  });
});

describe("the loop with the default preset", () => {
  it("tells the Navigator what was not evaluated and why, and lets the Generator see costs", async () => {
    const bench = createSearchBench({
      config: { searcher: "collm", limits, iterations: 2 },
      roles: { candidates: () => withRejections },
    });
    await bench.run();
    const [first] = bench.roles.strategyRequests[1]?.trajectory ?? [];
    expect(first?.rejections.map(({ reason }) => reason)).toEqual([
      "unparsable",
      "illegal",
      "duplicate",
    ]);
    expect(bench.roles.candidatesRequests.every(({ hasCostHints }) => hasCostHints)).toBe(true);
  });

  it("spends no evaluation on over-limit candidates, and tells their cost", async () => {
    const over = space.notation(
      space.canonicalise(space.genes.map((gene) => gene.choices.length - 1)),
    );
    const bench = createSearchBench({
      config: { searcher: "collm", limits, iterations: 2 },
      roles: {
        candidates: () => proposals([over, space.notation(space.cheapest("macs"))]),
      },
    });
    const state = await bench.run();
    expect(archive(state)).toHaveLength(1);
    expect(bench.roles.strategyRequests[1]?.trajectory[0]?.rejections).toMatchObject([
      {
        candidateId: "1.1",
        reason: "over-limit",
        detail: expect.stringMatching(/^macs \d+ is over/u),
      },
    ]);
  });
});
