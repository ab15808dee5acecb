import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldEvents } from "./apply-event.js";
import { archive, best, bestOf, budgetSpent, evaluatedCount } from "./folds.js";
import { Iterations } from "./iterations.js";
import type { IterationRecord } from "./state.js";
import { createSearchBench } from "./testing/bench.js";

const round = (index: number): IterationRecord => ({ index, degraded: [] });

describe("Iterations", () => {
  it("behaves as an array of each version, also when old versions grow or change", () => {
    const step = fc.tuple(fc.nat(), fc.boolean(), fc.nat());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer(), (steps, place) => {
        const versions: { list: Iterations; plain: readonly IterationRecord[] }[] = [
          { list: Iterations.empty, plain: [] },
        ];
        for (const [from, grows, index] of steps) {
          const { list, plain } = versions[from % versions.length] ?? versions[0] ?? never();
          const record = round(index);
          versions.push(
            grows || plain.length === 0
              ? { list: list.with(record), plain: [...plain, record] }
              : { list: list.withLast(record), plain: plain.with(-1, record) },
          );
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
      { seed: 11, numRuns: 60 },
    );
  });

  it("counts at each event what counting all candidates again would", async () => {
    const config = { budget: 30, candidatesPerIteration: 4, overLimit: "evaluate" } as const;
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
