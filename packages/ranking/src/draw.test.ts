import { describe, expect, it } from "vitest";
import { type DrawSettings, drawnFrom, drawTrials, protocols } from "./draw.js";
import { testPool, testSpace } from "./pool.fixture.js";
import { createPool } from "./pool.js";

const pool = testPool();
const settings: DrawSettings = { seed: 0, candidates: 10, isFixed: false };

function drawn(trial: ReturnType<typeof drawTrials>[number] | undefined): readonly string[] {
  return (trial?.shown ?? []).map(({ architecture }) => architecture.canonical);
}

describe("drawTrials", () => {
  it("takes one architecture of each bin of equally many", () => {
    const rankOf = new Map(pool.entries.map((entry, rank) => [entry.architecture.canonical, rank]));
    for (const trial of drawTrials(pool, "deciles", settings, 20)) {
      const bins = drawn(trial).map((canonical) => {
        const rank = rankOf.get(canonical) ?? 0;
        return Math.ceil(((rank + 1) * 10) / pool.entries.length) - 1;
      });
      expect([...bins].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it("stays inside the top decile", () => {
    const top = drawnFrom(pool, "top-decile");
    expect(top).toHaveLength(Math.floor(pool.entries.length / 10));
    const floor = top[0]?.top1Percent ?? 0;
    for (const { shown } of drawTrials(pool, "top-decile", settings, 20)) {
      expect(Math.min(...shown.map(({ top1Percent }) => top1Percent))).toBeGreaterThanOrEqual(
        floor,
      );
      expect(new Set(shown.map(({ architecture }) => architecture.canonical)).size).toBe(10);
    }
  });

  it.each(protocols)("shows no two architectures that compute the same (%s)", (protocol) => {
    for (const { shown } of drawTrials(pool, protocol, settings, 50)) {
      expect(new Set(shown.map(({ functionClass }) => functionClass)).size).toBe(10);
    }
  });

  it("depends on the seed and the trial's number alone", () => {
    const few = drawTrials(pool, "deciles", settings, 3);
    expect(drawTrials(pool, "deciles", settings, 9).slice(0, 3)).toEqual(few);
    const turned = createPool(testSpace, [...pool.entries].reverse());
    expect(drawTrials(turned, "deciles", settings, 3)).toEqual(few);
    expect(drawTrials(pool, "deciles", { ...settings, seed: 1 }, 3)).not.toEqual(few);
    expect(drawn(few[0])).not.toEqual(drawn(few[1]));
  });

  it("shows the same in another order where the draw is fixed", () => {
    const [first, second] = drawTrials(pool, "deciles", { ...settings, isFixed: true }, 2);
    expect(drawn(second)).not.toEqual(drawn(first));
    expect([...drawn(second)].sort()).toEqual([...drawn(first)].sort());
  });

  it("does not show the best at one place only", () => {
    const places = drawTrials(pool, "deciles", settings, 100).map(({ shown }) => {
      const accuracies = shown.map(({ top1Percent }) => top1Percent);
      return accuracies.indexOf(Math.max(...accuracies));
    });
    expect(new Set(places).size).toBe(10);
  });

  it("refuses more candidates than there are", () => {
    const small = testPool(521);
    expect(() => drawTrials(small, "top-decile", settings, 1)).toThrow(
      /^candidates: got 10, allowed for top-decile are at most the 3 architectures/,
    );
  });
});
