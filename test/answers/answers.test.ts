import { describe, expect, it } from "vitest";
import { layouts } from "./known-answer.js";
import { isWrong, runAnswers } from "./run-answers.js";

/** One answer takes a few milliseconds; others use the machine too. */
const maxMilliseconds = 10_000;

describe("answers of language models", () => {
  it("give all that is whole and legal in them, and nothing that was not meant", {
    timeout: 300_000,
  }, () => {
    const { known, damaged } = runAnswers({ seed: 0, count: 2_000 });
    expect(known.filter(isWrong)).toEqual([]);
    expect(damaged.flatMap(({ thrown }) => thrown ?? [])).toEqual([]);
    const all = [...known, ...damaged];
    expect(Math.max(...all.map(({ milliseconds }) => milliseconds))).toBeLessThan(maxMilliseconds);
    expect(new Set(known.map(({ answer }) => answer.layout))).toEqual(new Set(layouts));
    expect(known.flatMap(({ answer }) => answer.meant).length).toBeGreaterThan(2_000);
  });
});
