import { expect, test } from "vitest";
import { type EvaluationProgress, throttleProgress } from "./progress.js";

test("throttleProgress passes on the edges of a phase and few reports in between", () => {
  const heard: number[] = [];
  let time = 0;
  const report = throttleProgress(
    ({ imagesDone }: EvaluationProgress) => heard.push(imagesDone),
    100,
    () => time,
  );
  for (const imagesDone of [0, 1, 2, 3, 4]) {
    report({ phase: "run", imagesDone, imagesTotal: 4 });
    time += 60;
  }
  expect(heard).toEqual([0, 2, 4]);
});
