import { createSearchSpace, nasBench201Spec, neighbours } from "@collm/search-space";
import { describe, expect, it } from "vitest";
import { archive } from "../folds.js";
import { createSearchBench } from "../testing.js";

const spec = nasBench201Spec("cifar10");
const space = createSearchSpace(spec);

function search(budget: number, candidatesPerIteration = 1, starts = 1) {
  return createSearchBench({
    config: {
      searcher: "local-search",
      seed: 3,
      budget,
      candidatesPerIteration,
      localSearch: { starts },
    },
    spec,
  }).run();
}

describe("local-search", () => {
  it("asks for neighbours of the best of its climb and moves at the first improvement", async () => {
    const trials = archive(await search(20));
    let current = trials[0];
    for (const trial of trials.slice(1)) {
      if (!current) throw new RangeError("no start");
      const around = neighbours(space, current.architecture).map(({ canonical }) => canonical);
      expect(around).toContain(trial.architecture.canonical);
      if (trial.status.result.top1Percent > current.status.result.top1Percent) current = trial;
    }
  });

  it("starts anew at a local optimum, which on a landscape without traps is the optimum", async () => {
    const state = await search(120);
    const trials = archive(state);
    const best = Math.max(...trials.map(({ status }) => status.result.top1Percent));
    expect(best).toBe(90);
    const found = trials.findIndex(({ status }) => status.result.top1Percent === best);
    const around = new Set(
      neighbours(space, trials[found]?.architecture ?? space.cheapest("macs")).map(
        ({ canonical }) => canonical,
      ),
    );
    const after = trials.slice(found + 1);
    const restart = after.findIndex(({ architecture }) => !around.has(architecture.canonical));
    const near = trials.filter(({ architecture }) => around.has(architecture.canonical));
    expect(restart).toBeGreaterThan(0);
    expect(near).toHaveLength(24);
  });

  it("climbs from the best of several random starts", async () => {
    const trials = archive(await search(6, 1, 5));
    const start = trials
      .slice(0, 5)
      .reduce((a, b) => (b.status.result.top1Percent > a.status.result.top1Percent ? b : a));
    const around = neighbours(space, start.architecture).map(({ canonical }) => canonical);
    expect(around).toContain(trials[5]?.architecture.canonical);
  });
});
