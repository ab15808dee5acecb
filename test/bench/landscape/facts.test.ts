import { expect, test } from "vitest";
import { limitFacts, spaceFacts } from "./facts.js";
import { type MeasuredNetwork, top1Percent } from "./measure-correctness.js";

function network(macs: number, ...isCorrect: readonly (0 | 1)[]): MeasuredNetwork {
  return {
    architecture: { canonical: `macs-${macs}`, choices: [] },
    resolution: 16,
    macs,
    isCorrect: Uint8Array.from(isCorrect),
  };
}

const small = network(10, 1, 0, 0, 0);
const middle = network(20, 1, 1, 1, 0);
const large = network(30, 1, 1, 0, 0);

test("top1Percent counts all images or every second one", () => {
  expect(top1Percent(middle)).toBe(75);
  expect(top1Percent(middle, 0)).toBe(100);
  expect(top1Percent(middle, 1)).toBe(50);
});

test("spaceFacts gives the spread and how far it is noise", () => {
  const facts = spaceFacts([small, middle, large]);
  expect(facts).toMatchObject({
    networks: 3,
    minPercent: 25,
    maxPercent: 75,
    deviationPercent: 25,
  });
  expect(facts.macsAndAccuracy).toBeCloseTo(0.5, 12);
  // Variance of each accuracy: 25 * 75 / 4, 75 * 25 / 4 and 50 * 50 / 4.
  expect(facts.standardErrorPercent).toBeCloseTo(Math.sqrt((468.75 + 468.75 + 625) / 3), 12);
});

test("limitFacts says whether the best is the largest", () => {
  const facts = limitFacts([small, middle, large]);
  expect(facts).toMatchObject({ macsRankOfBest: 2, accuracyRankOfLargest: 2 });
  expect(facts.best).toBe(middle);
  expect(facts.largest).toBe(large);
  // Chosen on even images: middle, equal to large on the odd ones; on odd images the first of
  // middle and large is middle, which is 50 points ahead on the even ones.
  expect(facts.honestGainPercent).toBe(25);
});
