import type { EvaluationCheckpoint } from "@collm/search";
import { expect, test } from "vitest";
import { MeasurementCourse } from "./measurement-course.js";

const plan = {
  calibrationImages: 0,
  calibrationBatchSize: 0,
  channels: 0,
  images: 64,
  batchSize: 16,
};

test("a course tells what it reached now and then, when it was costly, and when it is stopped", () => {
  let nowMs = 0;
  const stop = new AbortController();
  const told: EvaluationCheckpoint[] = [];
  const onCheckpoint = (checkpoint: EvaluationCheckpoint) => void told.push(checkpoint);
  const begin = (from?: EvaluationCheckpoint) =>
    new MeasurementCourse(plan, { everyMs: 1_000, onCheckpoint, from }, stop.signal, () => nowMs);
  const course = begin();
  course.enter("run");
  for (const imagesDone of [16, 32, 48]) {
    nowMs += 600;
    course.advance({ imagesDone });
  }
  expect(told.map(({ imagesDone }) => imagesDone)).toEqual([32]);
  course.throwIfStopped();
  // 600 of 1,000 ms after the last: enough for something costly, and nothing right after that.
  course.advance({ top1Count: 7 }, { isCostly: true });
  course.advance({ top5Count: 9 }, { isCostly: true });
  expect(told.map(({ top1Count }) => top1Count)).toEqual([0, 7]);
  nowMs += 500;
  course.advance({ imagesDone: 64 });
  stop.abort(new Error("enough"));
  expect(() => course.throwIfStopped()).toThrow("enough");
  expect(() => course.throwIfStopped()).toThrow("enough");
  expect(told).toHaveLength(3);
  expect(told.at(-1)).toEqual({
    plan,
    imagesDone: 64,
    top1Count: 7,
    top5Count: 9,
    seconds: { build: 0, calibrate: 0, run: 2.3 },
  });
  const next = begin(told.at(-1));
  next.enter("run");
  nowMs += 700;
  expect(next.seconds.run).toBeCloseTo(3, 12);
  // Nothing new was done, so there is nothing to tell.
  expect(() => next.throwIfStopped()).toThrow("enough");
  expect(told).toHaveLength(3);
});
