import { CollmError, type ErrorCode } from "@collm/errors";
import { EvaluatorServiceClient, type evaluator } from "@collm/proto";
import {
  type CallContext,
  connect,
  serverStream,
  toProtoEvaluationResult,
  untilAborted,
} from "@collm/rpc";
import type { EvaluationRequest } from "@collm/search";
import {
  type DispatcherBench,
  describeEvaluationDispatcher,
  type EvaluatorScript,
} from "@collm/search/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGrpcDispatcher } from "./grpc-dispatcher.js";
import { deferred, progress, startNeighbours } from "./neighbours.fixture.js";

/** An evaluator that does as the script says: progress once work begins, then the outcome. */
function evaluateBy(script: EvaluatorScript) {
  return async function* (
    request: evaluator.EvaluateRequest,
    { signal }: CallContext,
  ): AsyncGenerator<evaluator.EvaluateResponse> {
    const begun = deferred();
    let hasBegun = false;
    const work = script(request, () => {
      hasBegun = true;
      begun.resolve();
    });
    await untilAborted(Promise.race([begun.promise, work]), signal);
    if (hasBegun) yield progress;
    const outcome = await untilAborted(work, signal);
    if (outcome.kind === "failed") {
      throw new CollmError(outcome.code as ErrorCode, outcome.message);
    }
    const { result, isStored } = outcome;
    yield { event: { $case: "result", value: toProtoEvaluationResult(result, isStored) } };
  };
}

async function open(
  evaluate: ReturnType<typeof evaluateBy>,
  { unavailableForMs = 60_000, concurrency = 3, timeoutMs = 60_000 } = {},
): Promise<DispatcherBench> {
  const start = (port?: number) =>
    startNeighbours({ evaluator: { evaluate: serverStream(evaluate) } }, port);
  let server = await start();
  const { port } = server;
  const client = connect(EvaluatorServiceClient, `127.0.0.1:${port}`);
  return {
    dispatcher: createGrpcDispatcher(client, { concurrency, timeoutMs, unavailableForMs }),
    leave: () => server.drain(0),
    comeBack: async () => {
      server = await start(port);
    },
    close: async () => {
      client.close();
      await server.drain(0);
    },
  };
}

describeEvaluationDispatcher("createGrpcDispatcher", {
  open: (script, unavailableForMs) => open(evaluateBy(script), { unavailableForMs }),
});

describe("createGrpcDispatcher", () => {
  const requestOf = (place: number): EvaluationRequest => ({
    searchId: "s",
    candidateId: `1.${place}`,
    supernet: "tiny",
    canonical: `a${place}`,
    contextDigest: "c",
    key: `a${place}@c`,
  });
  const result = { top1Percent: 50, top5Percent: 90, images: 100, seconds: 1 };
  const never = () => new AbortController().signal;

  it("has no more evaluations under way than allowed, over all searches", async () => {
    let [underWay, most] = [0, 0];
    const full = deferred();
    const script: EvaluatorScript = async () => {
      most = Math.max(most, ++underWay);
      if (underWay === 3) full.resolve();
      await full.promise;
      underWay--;
      return { kind: "completed", result, isStored: false };
    };
    const { dispatcher, close } = await open(evaluateBy(script));
    onTestFinished(close);
    const places = Array.from({ length: 12 }, (_, i) => i + 1);
    await Promise.all(places.map((i) => dispatcher.evaluate(requestOf(i), never(), () => {})));
    expect(most).toBe(3);
  });

  it("tells the evaluator to stop work that nobody waits for", async () => {
    const stopped = deferred();
    const { dispatcher, close } = await open(async function* (_request, context) {
      context.signal.addEventListener("abort", stopped.resolve);
      yield progress;
      await stopped.promise;
    });
    onTestFinished(close);
    const own = new AbortController();
    const work = dispatcher.evaluate(requestOf(1), own.signal, () => own.abort("stop"));
    await expect(work).rejects.toBe("stop");
    await stopped.promise;
  });

  it("gives an evaluation that takes too long as a failure worth another try", async () => {
    const { dispatcher, close } = await open(
      evaluateBy(() => new Promise(() => undefined)),
      {
        timeoutMs: 50,
      },
    );
    onTestFinished(close);
    expect(await dispatcher.evaluate(requestOf(1), never(), () => {})).toMatchObject({
      kind: "failed",
      code: "deadline-exceeded",
      isRetryable: true,
    });
  });

  it("asks again when the call ends without a result", async () => {
    let calls = 0;
    const { dispatcher, close } = await open(async function* () {
      yield ++calls === 1
        ? progress
        : { event: { $case: "result", value: toProtoEvaluationResult(result, false) } };
    });
    onTestFinished(close);
    expect(await dispatcher.evaluate(requestOf(1), never(), () => {})).toEqual({
      kind: "completed",
      result,
      isStored: false,
    });
  });
});
