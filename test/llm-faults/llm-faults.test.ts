import { describe, expect, it } from "vitest";
import { runLlmFaults } from "./run-llm-faults.js";

describe("searches whose language models fail", () => {
  it("end with their best, add up, replay, and tell no key", { timeout: 120_000 }, async () => {
    const outcomes = await runLlmFaults({ searches: 3, rate: 0.3, seed: 1, budget: 24, jobs: 3 });
    expect(outcomes.flatMap(({ problems }) => problems)).toEqual([]);
    const served = outcomes.flatMap((outcome) => outcome.served);
    expect(served.filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(5);
    expect(served.filter(({ fault }) => fault === undefined).length).toBeGreaterThan(10);
  });
});
