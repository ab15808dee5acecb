import { CollmError } from "@collm/errors";
import { type EvaluationStore, evaluationKey } from "@collm/search";
import { describe, expect, test } from "vitest";
import type { Executor } from "./executor.js";
import {
  accuracyOf,
  canonical,
  hostedSupernet,
  memoryStore,
  otherCanonical,
  runnerOf,
} from "./hosted.fixture.js";

const contextDigest = "c".repeat(64);
const task = { supernet: "tiny", canonical, contextDigest };
const key = evaluationKey(canonical, contextDigest);
const never = { signal: new AbortController().signal };

/** An executor that counts and can be held up. */
function counting(answer: Executor["measure"] = async () => accuracyOf(60)) {
  const calls: string[] = [];
  const measure: Executor["measure"] = (architecture, split, options) => {
    calls.push(`${split} ${architecture.canonical}`);
    return answer(architecture, split, options);
  };
  return { calls, hosted: hostedSupernet(measure) };
}

describe("EvaluationRunner.run", () => {
  test("stores a result before it answers and never measures it again", async () => {
    const { calls, hosted } = counting();
    const store = memoryStore();
    const { runner } = runnerOf([hosted], { store });
    const first = await runner.run(task, never);
    expect(first).toMatchObject({ kind: "completed", isStored: false });
    expect(store.results.get(key)).toEqual(first.kind === "completed" && first.result);
    expect(await runner.run(task, never)).toEqual({ ...first, isStored: true });
    expect(calls).toHaveLength(1);
  });

  test("answers only when the store has the result", async () => {
    const { hosted } = counting();
    let finish: () => void = () => undefined;
    const written = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const store: EvaluationStore = {
      ...memoryStore(),
      write: async (_, result) => {
        await written;
        return result;
      },
    };
    const { runner } = runnerOf([hosted], { store });
    let isAnswered = false;
    const answer = runner.run(task, never).finally(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).toBe(false);
    finish();
    await answer;
  });

  test("gives the stored result when another evaluator was faster", async () => {
    const other = { top1Percent: 61, top5Percent: 98, images: 100, seconds: 5 };
    const store = { read: async () => undefined, write: async () => other };
    const { runner } = runnerOf([counting().hosted], { store });
    expect(await runner.run(task, never)).toEqual({
      kind: "completed",
      result: other,
      isStored: true,
    });
  });

  test("looks into the store again when its turn comes", async () => {
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { calls, hosted } = counting(async () => {
      await held;
      return accuracyOf(60);
    });
    const store = memoryStore();
    const { runner } = runnerOf([hosted], { store, slots: 1 });
    const first = runner.run(task, never);
    const waiting = runner.run({ ...task, canonical: otherCanonical }, never);
    const elsewhere = { top1Percent: 61, top5Percent: 98, images: 100, seconds: 5 };
    await store.write(evaluationKey(otherCanonical, contextDigest), elsewhere);
    finish();
    await first;
    expect(await waiting).toEqual({ kind: "completed", result: elsewhere, isStored: true });
    expect(calls).toEqual([`validation ${canonical}`]);
  });

  test("joins identical requests; one that leaves does not stop the others", async () => {
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { calls, hosted } = counting(async (_, __, { signal, onProgress }) => {
      onProgress?.({ phase: "run", imagesDone: 1, imagesTotal: 2 });
      await held;
      signal.throwIfAborted();
      return accuracyOf(60);
    });
    const { runner } = runnerOf([hosted]);
    const leaving = new AbortController();
    const heard: number[] = [];
    const onProgress = ({ imagesDone }: { imagesDone: number }) => heard.push(imagesDone);
    const a = runner.run(task, { signal: leaving.signal, onProgress });
    const b = runner.run(task, never);
    await new Promise((resolve) => setImmediate(resolve));
    leaving.abort(new CollmError("cancelled", "the caller cancelled"));
    expect(await a).toMatchObject({ kind: "failed", code: "cancelled" });
    finish();
    expect(await b).toMatchObject({ kind: "completed" });
    expect(calls).toHaveLength(1);
    // The runner says that work begins, then the executor speaks.
    expect(heard).toEqual([0, 1]);
  });

  test("stops the work when nobody waits for it, and starts afresh afterwards", async () => {
    const stopped: unknown[] = [];
    let isSecond = false;
    const { calls, hosted } = counting((_, __, { signal }) => {
      if (isSecond) return Promise.resolve(accuracyOf(60));
      isSecond = true;
      return new Promise((__, reject) => {
        signal.addEventListener("abort", () => {
          stopped.push(signal.reason);
          reject(signal.reason);
        });
      });
    });
    const { runner } = runnerOf([hosted]);
    const leaving = new AbortController();
    const reason = new CollmError("cancelled", "the caller cancelled");
    const run = runner.run(task, { signal: leaving.signal });
    await new Promise((resolve) => setImmediate(resolve));
    leaving.abort(reason);
    expect(await run).toMatchObject({ kind: "failed", code: "cancelled" });
    expect(stopped).toEqual([reason]);
    expect(await runner.run(task, never)).toMatchObject({ kind: "completed" });
    expect(calls).toHaveLength(2);
  });

  test("names the supernets it has when asked for another", async () => {
    const { runner } = runnerOf([counting().hosted]);
    expect(await runner.run({ ...task, supernet: "huge" }, never)).toEqual({
      kind: "failed",
      code: "not-found",
      message: 'supernet: got "huge", this evaluator serves tiny',
      isRetryable: false,
    });
  });

  test("refuses another context and names both digests", async () => {
    const { runner } = runnerOf([counting().hosted]);
    const outcome = await runner.run({ ...task, contextDigest: "f".repeat(64) }, never);
    expect(outcome).toMatchObject({ kind: "failed", code: "failed-precondition" });
    expect(outcome).toHaveProperty("message", expect.stringContaining("f".repeat(64)));
    expect(outcome).toHaveProperty("message", expect.stringContaining(contextDigest));
  });

  test.each([
    ["r16/k4e2/k3e2", "got 4"],
    ["nonsense", "not a canonical string"],
    ["r016/k3e1/k3e1", "not a canonical string"],
  ])("refuses the architecture %s", async (illegal, reason) => {
    const { calls, hosted } = counting();
    const { runner } = runnerOf([hosted]);
    const outcome = await runner.run({ ...task, canonical: illegal }, never);
    expect(outcome).toMatchObject({ kind: "failed", code: "invalid-argument", isRetryable: false });
    expect(outcome).toHaveProperty("message", expect.stringContaining(reason));
    expect(calls).toEqual([]);
  });

  test("keeps no result of a failure, and says whether trying again may help", async () => {
    const store = memoryStore();
    const { hosted } = counting(async () => {
      throw new CollmError("unavailable", "evaluation worker died: exit code 1");
    });
    const { runner, metrics } = runnerOf([hosted], { store });
    expect(await runner.run(task, never)).toMatchObject({ kind: "failed", isRetryable: true });
    expect(store.results.size).toBe(0);
    expect(await metrics.render()).toMatch(/evaluations_total\{outcome="unavailable".*\} 1/);
  });
});

describe("EvaluationRunner.openTest", () => {
  test("measures the test split once, apart from validation results", async () => {
    const { calls, hosted } = counting();
    const { runner } = runnerOf([hosted]);
    await runner.run(task, never);
    const opened = await runner.openTest(task, never);
    expect(opened).toMatchObject({ kind: "completed", isStored: false });
    expect(await runner.openTest(task, never)).toEqual({
      ...opened,
      isStored: true,
    });
    const other = { ...task, contextDigest: "other" };
    expect(await runner.openTest(other, never)).toMatchObject({ code: "failed-precondition" });
    expect(calls).toEqual([`validation ${canonical}`, `test ${canonical}`]);
  });
});
