import { describe, expect, it } from "vitest";
import { corruptionKinds } from "./corrupted-file.js";
import { runCorruption } from "./run-corruption.js";

describe("corrupted weight files", () => {
  it("give a clear error, or are read where the damage cannot be seen, in bounded time and memory", {
    timeout: 600_000,
  }, async () => {
    const outcomes = await runCorruption({ seed: 0, cases: 200 });
    expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    expect(outcomes).toHaveLength(200);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(corruptionKinds));
    expect(outcomes.filter(({ result }) => result === "refused").length).toBeGreaterThan(100);
  });
});
