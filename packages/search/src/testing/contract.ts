import { createRng, createSearchSpace, isFeasible, type SpaceSpec } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import type { SearchConfig } from "../config.js";
import type { SearchEvent } from "../events.js";
import { archive, best, budgetSpent, funnel, repeatedEvaluations } from "../folds.js";
import type { Searcher } from "../searcher.js";
import { createSearchBench } from "./bench.js";
import { decisionsOf } from "./decisions.js";
import { searchStarted } from "./search-started.js";

export interface SearcherTraits {
  /** It may propose a network again, which the loop rejects at no cost. Default no. */
  readonly repeats?: boolean;
}

/**
 * What every searcher keeps. Roles, if it asks for any, are scripted; `config.searcher` may be any
 * name, the searcher given here is the one that runs.
 *
 * @param spec the space to search; default a tiny elastic MobileNet.
 */
export function describeSearcher(
  searcher: Searcher<unknown>,
  config: Partial<SearchConfig> = {},
  spec: SpaceSpec = tinySpec,
  { repeats = false }: SearcherTraits = {},
): void {
  const space = createSearchSpace(spec);
  const limits = { maxMacs: 4 * space.cost(space.cheapest("macs")).macs };
  const settings = { limits, budget: 9, candidatesPerIteration: 4, ...config };
  const search = async (seed: number, more: Parameters<typeof createSearchBench>[0] = {}) => {
    const bench = createSearchBench({ config: { ...settings, seed }, spec, searcher, ...more });
    const state = await bench.run();
    return { ...bench, state, decisions: decisionsOf(bench.journal.events) };
  };

  const { algorithm } = config.evolution ?? {};
  const title = [searcher.name, ...(algorithm ? [algorithm] : []), "on", spec.family].join(" ");
  describe(`searcher ${title}`, () => {
    it("spends its budget to the last evaluation and names the best", async () => {
      const { state } = await search(1);
      expect(state.finishReason).toBe("budget");
      expect(budgetSpent(state)).toBe(settings.budget);
      expect(archive(state)).toHaveLength(settings.budget);
      expect(best(state)?.isFeasible).toBe(true);
    });

    it("evaluates no network twice and none over the limits", async () => {
      const { state, dispatcher } = await search(2);
      expect(Math.max(...dispatcher.runs.values())).toBe(1);
      expect(repeatedEvaluations(state)).toBe(0);
      for (const { cost } of archive(state)) {
        expect(isFeasible(cost, settings.limits)).toBe(true);
      }
    });

    it("proposes nothing over the limits when it makes candidates itself", async () => {
      const { state } = await search(3, { roles: { candidates: () => undefined } });
      const counts = funnel(state);
      expect(counts.feasible).toBe(counts.novel);
      expect(counts.evaluated).toBe(counts.novel);
      expect(counts.legal).toBe(counts.proposed);
    });

    it.skipIf(repeats)("proposes only new architectures when it makes them itself", async () => {
      const { state } = await search(3, { roles: { candidates: () => undefined } });
      const counts = funnel(state);
      expect(counts.novel).toBe(counts.proposed);
    });

    it("gives the same search for the same seed, and another for another", async () => {
      const { decisions } = await search(4);
      expect((await search(4)).decisions).toEqual(decisions);
      expect((await search(5)).decisions).not.toEqual(decisions);
    });

    it("decides the same in whatever order results arrive", async () => {
      const { decisions } = await search(6);
      for (const arrivalSeed of [1, 2, 3]) {
        expect((await search(6, { dispatcher: { arrivalSeed } })).decisions).toEqual(decisions);
      }
    });

    it("decides the same when it is resumed after any event", { timeout: 60_000 }, async () => {
      const { journal, store, decisions } = await search(7);
      const { length } = journal.events;
      for (let cut = 1; cut < length; cut++) {
        const events: readonly SearchEvent[] = journal.events.slice(0, cut);
        const resumed = await search(7, { events, store });
        expect(resumed.decisions, `cut after event ${cut}`).toEqual(decisions);
        expect(resumed.dispatcher.runs.size).toBe(0);
      }
    });

    it("proposes without changing its state", () => {
      const setup = { config: searchStarted(settings).config, space };
      const state = searcher.initial(setup);
      const propose = () =>
        searcher.propose(state, {
          iteration: 1,
          count: 4,
          rng: createRng(1),
          seenClasses: new Set(),
          seen: new Set(),
          record: { degraded: [] },
        });
      expect(propose()).toEqual(propose());
    });
  });
}
