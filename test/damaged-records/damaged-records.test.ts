import { describe, expect, it } from "vitest";
import { damageKinds } from "./damaged-record.js";
import { runDamagedRecords } from "./run-damaged-records.js";

describe("damaged records of NAS-Bench-201", () => {
  it("give a clear error, or the same row where the damage means nothing, in bounded time", {
    timeout: 300_000,
  }, async () => {
    const outcomes = await runDamagedRecords({ seed: 0, cases: 100 });
    expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    expect(outcomes).toHaveLength(100);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(damageKinds));
    expect(outcomes.filter(({ result }) => result === "refused").length).toBeGreaterThan(75);
  });
});
