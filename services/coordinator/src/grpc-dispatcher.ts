import { CollmError } from "@collm/errors";
import type { EvaluatorServiceClient } from "@collm/proto";
import { callStream, fromProtoEvaluationResult, retryUnavailable } from "@collm/rpc";
import type { EvaluationDispatcher, EvaluationOutcome, EvaluationRequest } from "@collm/search";
import { isCandidateCode } from "./candidate-codes.js";

export interface DispatcherOptions {
  /** Evaluations under way at once, over all searches of this coordinator. */
  readonly concurrency: number;
  /** How long one evaluation may take. */
  readonly timeoutMs: number;
  /** How long an evaluator that cannot be reached is asked again before the search is interrupted. */
  readonly unavailableForMs: number;
}

/**
 * Evaluations by direct gRPC calls. An evaluator that stays away or full, or measures something else
 * than it did, interrupts the search instead of failing its candidates: nothing is wrong with them.
 */
export function createGrpcDispatcher(
  client: EvaluatorServiceClient,
  options: DispatcherOptions,
): EvaluationDispatcher {
  const slots = new Slots(options.concurrency);
  return {
    evaluate: (request, signal, onStarted) =>
      slots.use(signal, async () => {
        try {
          return await retryUnavailable(
            (reached) =>
              evaluateOnce(client, request, options, signal, () => {
                reached();
                onStarted();
              }).catch(waitForRoom),
            { maxWaitMs: options.unavailableForMs, signal },
          );
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof CollmError) || !isCandidateCode(error.code)) throw error;
          return {
            kind: "failed",
            code: error.code,
            message: error.message,
            isRetryable: error.isRetryable,
          };
        }
      }),
  };
}

/** A full queue is asked again like an evaluator that is away. */
function waitForRoom(error: unknown): never {
  if (error instanceof CollmError && error.code === "resource-exhausted") {
    throw new CollmError("unavailable", error.message, { cause: error });
  }
  throw error;
}

async function evaluateOnce(
  client: EvaluatorServiceClient,
  request: EvaluationRequest,
  options: DispatcherOptions,
  signal: AbortSignal,
  onStarted: () => void,
): Promise<EvaluationOutcome> {
  const { searchId, candidateId, supernet, canonical, contextDigest } = request;
  const responses = callStream(
    client,
    "evaluate",
    { supernet, contextDigest, canonical, searchId, candidateId },
    { timeoutMs: options.timeoutMs, signal },
  );
  let hasStarted = false;
  for await (const { event } of responses) {
    // The evaluator reports progress as soon as it begins, and none for a stored result.
    if (event?.$case === "progress" && !hasStarted) {
      hasStarted = true;
      onStarted();
    }
    if (event?.$case === "result") {
      const { result, isStored } = fromProtoEvaluationResult(event.value);
      return { kind: "completed", result, isStored };
    }
  }
  throw new CollmError("unavailable", "the evaluator closed the call without a result");
}

/** A counting semaphore that serves in order of arrival. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Rejects with the signal's reason as soon as it aborts, also while others have all slots. */
  async use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      // The slot may have been handed over in the moment of a cancellation.
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(proceed), 1);
        reject(signal.reason);
      };
      const proceed = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      this.#waiting.push(proceed);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
