import { loadPromptSet, type PromptSet } from "@collm/llm";
import { beforeAll, describe, expect, it } from "vitest";
import { navigatorPrompts } from "./conversation.js";
import { earlierRounds, summaryLengths } from "./earlier-rounds.js";
import { testLimits, testRound, testSpace } from "./navigator.fixture.js";

let prompts: PromptSet;
beforeAll(async () => {
  const folder = new URL("../prompts/", import.meta.url);
  prompts = await loadPromptSet(folder, "default", navigatorPrompts);
});

/** Rounds 1 to `count`; each is better than the one before. */
function rounds(count: number) {
  return Array.from({ length: count }, (_, i) => testRound(i + 1));
}

function linesOf(...args: Parameters<typeof rounds>): readonly string[] {
  return earlierRounds(prompts, testSpace, testLimits, rounds(...args))
    .split("\n")
    .filter((line) => line.startsWith("- Round"));
}

describe("earlierRounds", () => {
  it("has a line for each round: the best so far and how its strategy began", () => {
    expect(linesOf(3)).toEqual([
      "- Round 1: best so far 61.02 % top-1. Strategy of round 1: {{braces}} and $& stay.",
      "- Round 2: best so far 62.02 % top-1. Strategy of round 2: {{braces}} and $& stay.",
      "- Round 3: best so far 63.02 % top-1. Strategy of round 3: {{braces}} and $& stay.",
    ]);
  });

  it("keeps the best when later rounds are worse, and says where there was no strategy", () => {
    const [first, second] = rounds(2);
    if (!first || !second) throw new RangeError("no rounds");
    const text = earlierRounds(prompts, testSpace, testLimits, [
      { ...first, trials: [], strategy: "# SUMMARY\n\n- **Start** small.\nThen more." },
      { ...second, index: 2 },
      { ...first, index: 3, strategy: "" },
      { ...first, index: 4, strategy: `Go ${"very ".repeat(60)}wide.` },
    ]);
    const lines = text.split("\n").filter((line) => line.startsWith("- Round"));
    expect(lines).toMatchObject([
      "- Round 1: nothing within the limits. Start small.",
      expect.stringMatching(/^- Round 2: best so far 62\.02 % top-1\. Strategy of round 2/),
      "- Round 3: best so far 62.02 % top-1. The strategy before it was kept.",
      expect.stringMatching(/^- Round 4: best so far 62\.02 % top-1\. Go very .{120,150} …$/),
    ]);
  });

  it("stays short in a long search", () => {
    const lines = linesOf(100);
    expect(lines).toHaveLength(41);
    expect(lines[0]).toBe("- Rounds 1 to 60: best so far 120.02 % top-1.");
    expect(lines[1]).toMatch(/^- Round 61: /);
  });

  it("tells which choices went with accuracy, by how much and in how many networks", () => {
    // Accuracy follows the resolution alone, so that is all there is to tell.
    const told = rounds(12).map((round) => ({
      ...round,
      trials: round.trials.map((trial) => ({
        ...trial,
        top1Percent: 60 + 2 * (trial.notation as { r: number }).r,
      })),
    }));
    const text = earlierRounds(prompts, testSpace, testLimits, told);
    expect(text).toMatch(/^- r: 12 -\d+\.\d\d \(\d+\), (16 .*, )?20 \+\d+\.\d\d \(\d+\)$/m);
    expect(text.match(/^- (r|d|ks|e)\b.*:/gm)?.length).toBeLessThan(6);
    const alike = told.map((round) => ({
      ...round,
      trials: round.trials.map((trial) => ({ ...trial, top1Percent: 70 })),
    }));
    expect(earlierRounds(prompts, testSpace, testLimits, alike)).not.toContain("single choices");
  });

  it("gets shorter from length to length", () => {
    const lengths = summaryLengths.map(
      (length) => earlierRounds(prompts, testSpace, testLimits, rounds(60), length).length,
    );
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    expect(lengths.at(-1)).toBeLessThan((lengths[0] ?? 0) / 8);
  });

  it("tells how many candidates were not evaluated, unless that is not told", () => {
    expect(earlierRounds(prompts, testSpace, testLimits, rounds(2))).toContain(
      "4 candidates were not (illegal",
    );
    const untold = rounds(2).map((round) => ({ ...round, rejections: [] }));
    expect(earlierRounds(prompts, testSpace, testLimits, untold)).not.toMatch(/candidates|illegal/);
  });
});
