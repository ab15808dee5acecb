import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldEvents } from "./apply-event.js";
import { archive, best, bestOf, budgetSpent, evaluatedCount } from "./folds.js";
import { Iterations } from "./iterations.js";
import type { IterationRecord } from "./state.js";
import { createSearchBench } from "./testing/bench.js";

/** A round that is over, or not. */
const round = (index: number, isOver: boolean): IterationRecord => ({
  index,
  degraded: [],
  ...(isOver ? { candidates: [] } : {}),
});

describe("Iterations", () => {
  it("behaves as an array of each version, also when old versions grow or change", () => {
    const step = fc.record({
      from: fc.nat(),
      grows: fc.boolean(),
      index: fc.nat(),
      place: fc.nat(),
      isOver: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer(), (steps, place) => {
        const versions: { list: Iterations; plain: readonly IterationRecord[] }[] = [
          { list: Iterations.empty, plain: [] },
        ];
        for (const { from, grows, index, isOver, ...other } of steps) {
          const { list, plain } = versions[from % versions.length] ?? never();
          const record = round(index, isOver);
          if (grows || plain.length === 0) {
            versions.push({ list: list.with(record), plain: [...plain, record] });
            continue;
          }
          const at = other.place % plain.length;
          const firstOpen = plain.findIndex(({ candidates }) => !candidates);
          const isChangeable = at === plain.length - 1 || (firstOpen !== -1 && at >= firstOpen);
          if (!isChangeable) expect(() => list.withAt(at, record)).toThrow("is over");
          else versions.push({ list: list.withAt(at, record), plain: plain.with(at, record) });
        }
        for (const { list, plain } of versions) {
          const at = place % 8;
          expect([...list]).toEqual(plain);
          expect(list.length).toBe(plain.length);
          expect(list.last).toBe(plain.at(-1));
          expect(list.at(at)).toBe(plain.at(at));
          expect(list.slice(at)).toEqual(plain.slice(at));
          expect(list.slice(0, at)).toEqual(plain.slice(0, at));
        }
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it("counts at each event what counting all candidates again would", async () => {
    const config = {
      ...({ budget: 30, candidatesPerIteration: 4, overLimit: "evaluate" } as const),
      ...{ staleness: 2, resultShare: 0.2 },
    };
    const bench = createSearchBench({ config, dispatcher: { arrivalSeed: 3 } });
    await bench.run();
    const { events } = bench.journal;
    for (let count = 1; count <= events.length; count++) {
      const state = foldEvents(events.slice(0, count));
      const candidates = state.iterations.flatMap((record) => record.candidates ?? []);
      const spent = candidates.filter(({ status }) =>
        ["requested", "evaluated"].includes(status.kind),
      );
      expect(best(state)).toEqual(bestOf(archive(state)));
      expect(evaluatedCount(state)).toBe(archive(state).length);
      expect(budgetSpent(state)).toBe(spent.length);
    }
  });
});

function never(): never {
  throw new Error("there is always a version");
}
