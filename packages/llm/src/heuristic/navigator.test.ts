import { type StrategyRequest, strategyHeadline, type TrajectoryIteration } from "@collm/search";
import { createRng, createSearchSpace, isFeasible, sampleUniform } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { readDirectives } from "../directives.js";
import { benchSpec, createLandscape, middleMacs } from "../testing/landscape.js";
import { heuristicStrategy } from "./navigator.js";

const space = createSearchSpace(benchSpec);
const limits = { maxMacs: middleMacs(space) };
const landscape = createLandscape("additive", 1_000);

function round(index: number, count: number): TrajectoryIteration {
  const rng = createRng("navigator", index);
  return {
    index,
    strategy: "Explore.",
    rejections: [],
    trials: Array.from({ length: count }, (_, i) => {
      const architecture = sampleUniform(space, rng);
      const cost = space.cost(architecture);
      return {
        candidateId: `${index}.${i + 1}`,
        canonical: architecture.canonical,
        notation: space.notation(architecture),
        cost,
        top1Percent: landscape.measure(architecture),
        isFeasible: isFeasible(cost, limits),
      };
    }),
  };
}

function request(change: Partial<StrategyRequest> = {}): StrategyRequest {
  return {
    task: { limits, targetTop1Percent: 95 },
    space: benchSpec,
    iteration: 3,
    trajectory: [round(1, 20), round(2, 20)],
    hasMemory: true,
    seed: 1,
    ...change,
  };
}

describe("heuristicStrategy", () => {
  it("has the paper's sections, one direction per dimension and readable directives", () => {
    for (const trajectory of [[], [round(1, 20)]]) {
      const strategy = heuristicStrategy(request({ trajectory }));
      const headings = [...strategy.matchAll(/^#+ .*$/gm)].map(([heading]) => heading);
      expect(headings).toEqual([
        "# SUMMARY",
        "# KEY PATTERNS",
        "# NAVIGATION DIRECTIONS",
        "## Resolution",
        "## Depth",
        "## Kernel size",
        "## Expansion ratio",
        "## Cost",
      ]);
      expect(readDirectives(strategy).problems).toEqual([]);
    }
  });

  it("starts with free exploration", () => {
    expect(readDirectives(heuristicStrategy(request({ trajectory: [] }))).directives).toMatchObject(
      {
        explore: 1,
      },
    );
  });

  it("names the best feasible trials as parents", () => {
    const { parents } = readDirectives(heuristicStrategy(request())).directives;
    const legal = (parents ?? []).map((parent) => space.legality(parent));
    expect(legal).toHaveLength(3);
    for (const legality of legal) {
      if (legality.kind === "illegal") throw new RangeError(legality.reasons.join("; "));
      expect(isFeasible(space.cost(legality.architecture), limits)).toBe(true);
    }
  });

  it("sees only the last round without memory", () => {
    const both = request({ hasMemory: false });
    const lastOnly = request({ trajectory: both.trajectory.slice(-1) });
    expect(heuristicStrategy(both)).toBe(heuristicStrategy(lastOnly));
    expect(heuristicStrategy(both)).not.toBe(heuristicStrategy(request()));
  });

  it("answers the same request the same way", () => {
    expect(heuristicStrategy(request())).toBe(heuristicStrategy(request()));
  });

  it("finds its way with rejections, failures and infeasible trials only", () => {
    const trials = round(1, 20).trials.filter((trial) => !trial.isFeasible);
    const trajectory = [{ index: 1, strategy: "", trials, rejections: [] }];
    const strategy = heuristicStrategy(request({ trajectory }));
    expect(strategy).toContain("None of them is within the limits.");
    expect(readDirectives(strategy).directives.parents).toEqual([]);
  });

  it("compares only what was tried", () => {
    const gene = space.genes.findIndex(({ name }) => name === "r");
    const trials = round(1, 200).trials.filter(({ canonical }) => {
      const read = space.parse(canonical);
      return read.kind === "legal" && read.architecture.choices[gene] === 0;
    });
    const [only, ...others] = space.genes[gene]?.choices ?? [];
    const strategy = heuristicStrategy(
      request({ trajectory: [{ index: 1, strategy: "", trials, rejections: [] }] }),
    );
    expect(strategy).toContain(`- Resolution: only ${only} was tried.`);
    expect(strategy).toContain(
      `Keep ${only} and try others. Not tried yet: ${others.map((r) => `r = ${r}`).join(", ")}.`,
    );
  });

  it("speaks of the cost as the trials do", () => {
    const cheapIsBetter = round(1, 40).trials.map((trial) => ({
      ...trial,
      top1Percent: 90 - 20 * Math.log(trial.cost.macs / limits.maxMacs),
    }));
    const of = (trials: typeof cheapIsBetter): string =>
      heuristicStrategy(
        request({ trajectory: [{ index: 1, strategy: "", trials, rejections: [] }] }),
      );
    const costIsBetter = cheapIsBetter.map((trial) => ({
      ...trial,
      top1Percent: 180 - trial.top1Percent,
    }));
    expect(of(cheapIsBetter)).toContain("points worse");
    expect(of(cheapIsBetter)).not.toContain("given away");
    expect(of(costIsBetter)).toMatch(/10 % more of the limit is worth about \d/);
    expect(of(costIsBetter)).toContain("what is left unused is accuracy given away");
  });

  it("says the main direction in one sentence", () => {
    expect(strategyHeadline(heuristicStrategy(request()))).toMatch(/^(Prefer|Keep varying) /);
    expect(strategyHeadline(heuristicStrategy(request({ trajectory: [] })))).toMatch(/^Propose a/);
  });

  it("works without limits and target", () => {
    const strategy = heuristicStrategy(request({ task: { limits: {} } }));
    expect(strategy).toContain("Nothing limits the cost.");
  });
});
