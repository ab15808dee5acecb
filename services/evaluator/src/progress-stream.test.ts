import type { EvaluationProgress, ProgressListener } from "@collm/evaluation";
import { expect, test } from "vitest";
import { progressStream } from "./progress-stream.js";

const at = (imagesDone: number): EvaluationProgress => ({
  phase: "run",
  imagesDone,
  imagesTotal: 9,
});

test("progressStream gives a slow reader the latest report and then the result", async () => {
  let report: ProgressListener = () => undefined;
  let finish: (result: string) => void = () => undefined;
  const stream = progressStream<string>((onProgress) => {
    report = onProgress;
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  const first = stream.next();
  report(at(1));
  expect((await first).value).toEqual({ kind: "progress", progress: at(1) });
  report(at(2));
  report(at(3));
  finish("done");
  expect((await stream.next()).value).toEqual({ kind: "progress", progress: at(3) });
  expect((await stream.next()).value).toEqual({ kind: "result", result: "done" });
  expect((await stream.next()).done).toBe(true);
});

test("progressStream throws what the work throws", async () => {
  const stream = progressStream(() => Promise.reject(new Error("broken")));
  await expect(stream.next()).rejects.toThrow("broken");
});
