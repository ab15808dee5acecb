import { archive, foldEvents, paretoFront } from "@collm/search";
import { expect, it } from "vitest";
import { runFixture } from "../testing.js";
import { thinTrials } from "./thin-trials.js";

it("keeps all of few trials, and of many the front, every new best and an even sample", async () => {
  const few = archive(foldEvents(await runFixture({ config: { budget: 60 } })));
  expect(thinTrials(few, []).map(({ trial }) => trial)).toEqual(few);
  const many = Array.from({ length: 500 }, () => few).flat();
  // All but the first sixty were seen before, so the rest is a sample.
  const front = paretoFront(few, (trial) => trial.cost.macs);
  const shown = thinTrials(many, front);
  expect(shown.length).toBeLessThan(many.length / 10 + 500 * front.length);
  const bests = few.filter((trial, i) =>
    few
      .slice(0, i)
      .every((earlier) => trial.status.result.top1Percent > earlier.status.result.top1Percent),
  );
  const kept = new Set(shown.slice(0, 60).map(({ trial }) => trial));
  for (const trial of [...front, ...bests.filter(({ isFeasible }) => isFeasible)]) {
    expect(kept).toContain(trial);
  }
  for (const { trial, place } of shown) expect(many[place]).toBe(trial);
});
