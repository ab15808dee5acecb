import { afterEach, describe, expect, it } from "vitest";
import { evaluationKey } from "../identifiers.js";
import type { EvaluationDispatcher, EvaluationOutcome, EvaluationRequest } from "../ports.js";

/**
 * What the evaluator behind a dispatcher does with a request that reached it; `begin` is called
 * when work begins. It may take no notice of being cancelled.
 */
export type EvaluatorScript = (
  request: Omit<EvaluationRequest, "key">,
  begin: () => void,
) => Promise<EvaluationOutcome>;

/** A dispatcher under test with an evaluator behind it. */
export interface DispatcherBench {
  readonly dispatcher: EvaluationDispatcher;
  /** Takes the evaluator away with everything it is working on. */
  leave(): Promise<void>;
  /** Brings it back to where it was. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** One implementation under test. */
export interface DispatcherHarness {
  /** @param patienceMs how long an evaluator that is away is asked again. */
  open(evaluator: EvaluatorScript, patienceMs: number): Promise<DispatcherBench>;
}

const result = { top1Percent: 71.25, top5Percent: 90.5, images: 10_000, seconds: 1.5 };
const measured = { kind: "completed", result, isStored: false } as const;
const never = new Promise<never>(() => undefined);
const longMs = 60_000;

/** Distinct requests, more than any dispatcher or evaluator works on at once. */
const requests: readonly EvaluationRequest[] = Array.from({ length: 40 }, (_, i) => ({
  searchId: "contract",
  candidateId: `1.${i + 1}`,
  supernet: "tiny",
  canonical: `architecture-${i + 1}`,
  contextDigest: "context-1",
  key: evaluationKey(`architecture-${i + 1}`, "context-1"),
}));
const [request] = requests as [EvaluationRequest];

/** A promise that a test settles. */
function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** What every evaluation dispatcher promises. */
export function describeEvaluationDispatcher(
  implementation: string,
  harness: DispatcherHarness,
): void {
  describe(`${implementation} as an evaluation dispatcher`, { timeout: longMs }, () => {
    let bench: DispatcherBench | undefined;
    let stop = new AbortController();
    afterEach(async () => {
      stop.abort(new Error("the test is over"));
      await bench?.close();
    });

    async function open(evaluator: EvaluatorScript, patienceMs = longMs): Promise<DispatcherBench> {
      stop = new AbortController();
      bench = await harness.open(evaluator, patienceMs);
      return bench;
    }
    const evaluate = (
      { dispatcher }: DispatcherBench,
      { signal = AbortSignal.any([stop.signal]), onStarted = () => {}, of = request } = {},
    ): Promise<EvaluationOutcome> => dispatcher.evaluate(of, signal, onStarted);

    it.each([true, false])(
      "brings the request there and the result back, whole (stored: %s)",
      async (isStored) => {
        const asked: unknown[] = [];
        const opened = await open(async (received) => {
          asked.push(received);
          return { ...measured, isStored };
        });
        expect(await evaluate(opened)).toEqual({ ...measured, isStored });
        const { key: _, ...content } = request;
        expect(asked).toEqual([content]);
      },
    );

    it("tells that work began before it is done", async () => {
      const begun = deferred();
      const opened = await open(async (_request, begin) => {
        begin();
        await begun.promise;
        return measured;
      });
      // Would never end if the dispatcher told of the start together with the result.
      expect(await evaluate(opened, { onStarted: begun.resolve })).toEqual(measured);
    });

    it("tells of no start for a stored result", async () => {
      let starts = 0;
      const opened = await open(async () => ({ ...measured, isStored: true }));
      await evaluate(opened, { onStarted: () => starts++ });
      expect(starts).toBe(0);
    });

    it.each([
      { code: "invalid-argument", message: "ks[0]: got 4, allowed is 3, 5, 7", isRetryable: false },
      { code: "deadline-exceeded", message: "longer than an hour", isRetryable: true },
    ])("gives a failure of the candidate as a value: $code", async (failure) => {
      const outcome = { kind: "failed", ...failure } as const;
      const opened = await open(async () => outcome);
      expect(await evaluate(opened)).toEqual(outcome);
    });

    it.each(["failed-precondition", "not-found", "data-loss"])(
      "throws what would fail every candidate: %s",
      async (code) => {
        const message = "another context digest";
        const outcome = { kind: "failed", code, message, isRetryable: false } as const;
        const opened = await open(async () => outcome);
        await expect(evaluate(opened)).rejects.toMatchObject({ code });
      },
    );

    it("asks a full evaluator again until it has room", async () => {
      let attempts = 0;
      const full = { code: "resource-exhausted", message: "64 wait", isRetryable: true };
      const opened = await open(async () =>
        ++attempts < 3 ? { kind: "failed", ...full } : measured,
      );
      expect(await evaluate(opened)).toEqual(measured);
    });

    it("gives each of many requests at once its own result", async () => {
      const imagesOf = ({ canonical }: { canonical: string }) => Number(canonical.split("-")[1]);
      const opened = await open(async (received, begin) => {
        begin();
        return { ...measured, result: { ...result, images: imagesOf(received) } };
      });
      const outcomes = await Promise.all(requests.map((of) => evaluate(opened, { of })));
      expect(outcomes.map((one) => one.kind === "completed" && one.result.images)).toEqual(
        requests.map(imagesOf),
      );
    });

    it("does not ask for what was aborted before", async () => {
      const asked: unknown[] = [];
      const opened = await open(async (received) => {
        asked.push(received);
        return measured;
      });
      const reason = new Error("too late");
      const aborted = evaluate(opened, { signal: AbortSignal.abort(reason) });
      await expect(aborted).rejects.toBe(reason);
      await evaluate(opened, { of: requests[1] });
      expect(asked).toHaveLength(1);
    });

    it("rejects with the reason of its signal at once, though the evaluator works on", async () => {
      const begun = deferred();
      const opened = await open((_request, begin) => {
        begin();
        return never;
      });
      const own = new AbortController();
      const work = evaluate(opened, { signal: own.signal, onStarted: begun.resolve });
      await begun.promise;
      // No error: searches are told to stop with a plain object.
      own.abort({ kind: "cancel" });
      await expect(work).rejects.toEqual({ kind: "cancel" });
    });

    it("rejects at once while it waits behind others that never end", async () => {
      const opened = await open(() => never);
      const own = new AbortController();
      const others = requests.slice(1).map((of) => evaluate(opened, { of }));
      const last = evaluate(opened, { signal: own.signal });
      const reason = new Error("stop");
      own.abort(reason);
      await expect(last).rejects.toBe(reason);
      stop.abort();
      await Promise.allSettled(others);
    });

    it("rejects at once while the evaluator is away", async () => {
      const opened = await open(async () => measured);
      await opened.leave();
      const own = new AbortController();
      const work = evaluate(opened, { signal: own.signal });
      const reason = new Error("stop");
      own.abort(reason);
      await expect(work).rejects.toBe(reason);
    });

    it("asks again when the evaluator was away and is back", async () => {
      const opened = await open(async () => measured);
      await opened.leave();
      const work = evaluate(opened);
      await opened.comeBack();
      expect(await work).toEqual(measured);
    });

    it("asks again when the evaluator died at work, and tells of both starts", async () => {
      let [attempts, starts] = [0, 0];
      const begun = deferred();
      const opened = await open((_request, begin) => {
        begin();
        return ++attempts === 1 ? never : Promise.resolve(measured);
      });
      const onStarted = (): void => {
        starts++;
        begun.resolve();
      };
      const work = evaluate(opened, { onStarted });
      await begun.promise;
      await opened.leave();
      await opened.comeBack();
      expect(await work).toEqual(measured);
      expect(starts).toBe(2);
    });

    it("throws unavailable when the evaluator stays away", async () => {
      const opened = await open(async () => measured, 50);
      await opened.leave();
      await expect(evaluate(opened)).rejects.toMatchObject({ code: "unavailable" });
    });
  });
}
