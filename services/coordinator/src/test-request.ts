import { setTimeout as delay } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import type { EvaluatorServiceClient } from "@collm/proto";
import { callUnary, fromProtoEvaluationResult } from "@collm/rpc";
import type { EvaluationResult, SearchId } from "@collm/search";

/** A winner that is to be measured on the sealed test split. */
export interface TestRequest {
  readonly supernet: string;
  /** The search's, of the validation split. */
  readonly contextDigest: string;
  readonly searchId: SearchId;
  readonly canonical: string;
}

/**
 * How long evaluators that serve something else are asked in turn. With the pause it is some hundred
 * of them: calls go round all that the address leads to.
 */
const askingMs = 15_000;
const pauseMs = 100;

/**
 * Has the winner measured by an evaluator that serves its supernet in its evaluation context. The
 * evaluators' address leads to those of all pools, of which others may serve other supernets; one that
 * does not fit refuses at once, and the next is asked.
 *
 * @param timeoutMs for one evaluator's answer
 * @throws CollmError with the last refusal if none that fits was met in 15 s; other failures as they are
 */
export async function measureTest(
  client: EvaluatorServiceClient,
  request: TestRequest,
  timeoutMs: number,
): Promise<EvaluationResult> {
  const since = performance.now();
  for (;;) {
    try {
      const { result } = await callUnary(client, "openTest", request, { timeoutMs });
      if (!result) throw new CollmError("internal", "the evaluator sent no test result");
      return fromProtoEvaluationResult(result).result;
    } catch (error) {
      const isOver = performance.now() - since + pauseMs > askingMs;
      if (!isUnfit(error) || isOver) throw error;
      await delay(pauseMs);
    }
  }
}

/** Whether this evaluator serves another supernet, or the same in another context. */
function isUnfit(error: unknown): boolean {
  if (!(error instanceof CollmError)) return false;
  return error.code === "not-found" || error.code === "failed-precondition";
}
