import { checkValue, fieldName } from "@collm/errors";
import type { Activity } from "./activities.js";
import { type EventOf, evaluationResultSchema } from "./events.js";
import type { EventMaker } from "./inbox.js";
import type { EvaluationDispatcher, EvaluationOutcome, EvaluationStore } from "./ports.js";
import type { Candidate } from "./state.js";
import type { StopGate } from "./stop-gate.js";

/** Attempts an evaluation gets, over all lives of the search, when its failures are worth retrying. */
const maxAttempts = 3;

export interface EvaluationPorts {
  readonly dispatcher: EvaluationDispatcher;
  readonly store: Pick<EvaluationStore, "read">;
}

/** Gets the results of candidates that were screened and whose evaluation is wanted. */
export class Evaluations {
  readonly #ports: EvaluationPorts;
  readonly #started: EventOf<"SearchStarted">;
  readonly #gate: StopGate;
  /** Candidates whose latest request is of this process; others were asked for in an earlier life. */
  readonly #requestedHere = new Set<string>();

  constructor(ports: EvaluationPorts, started: EventOf<"SearchStarted">, gate: StopGate) {
    this.#ports = ports;
    this.#started = started;
    this.#gate = gate;
  }

  /** Tells that the first request of this candidate was just journaled. */
  noteRequested(candidateId: string): void {
    this.#requestedHere.add(candidateId);
  }

  /** One attempt: the store first, then an evaluator. Throws where no evaluation can be had. */
  activity(candidate: Candidate): Activity {
    return async (tell) => {
      const { iteration, key, architecture, cost } = candidate;
      if (!key || !architecture || !cost) throw new RangeError(`${candidate.id} was not screened`);
      const { canonical } = architecture;
      const common = { iteration, candidateId: candidate.id, key };

      const stored = await this.#gate.guard(() => this.#ports.store.read(key));
      if (stored) {
        return () => ({
          type: "EvaluationCompleted",
          ...common,
          result: stored,
          source: "store",
        });
      }
      if (!this.#requestedHere.has(candidate.id)) {
        this.#requestedHere.add(candidate.id);
        await tell(() => ({
          type: "EvaluationRequested",
          ...common,
          canonical,
          cost,
          isFeasible: candidate.isFeasible ?? true,
          attempt: candidate.attempts + 1,
        }));
      }
      const onStarted = (): void => void tell(() => ({ type: "EvaluationStarted", ...common }));
      const outcome = checked(await this.#dispatch(common, canonical, onStarted));
      if (outcome.kind === "failed") this.#requestedHere.delete(candidate.id);
      return eventOf(outcome, candidate, common);
    };
  }

  async #dispatch(
    { candidateId, key }: { readonly candidateId: string; readonly key: string },
    canonical: string,
    onStarted: () => void,
  ): Promise<EvaluationOutcome> {
    const { searchId, supernet } = this.#started;
    const { name, contextDigest } = supernet;
    const request = { searchId, candidateId, supernet: name, canonical, contextDigest, key };
    let isOver = false;
    try {
      return await this.#gate.guard((signal) =>
        this.#ports.dispatcher.evaluate(request, signal, () => {
          // A port that was left behind at a stop may still call.
          if (!isOver) onStarted();
        }),
      );
    } finally {
      isOver = true;
    }
  }
}

function eventOf(
  outcome: EvaluationOutcome,
  { status }: Candidate,
  common: { readonly iteration: number; readonly candidateId: string; readonly key: string },
): EventMaker {
  if (outcome.kind === "completed") {
    return () => ({
      type: "EvaluationCompleted",
      ...common,
      result: outcome.result,
      source: outcome.isStored ? "store" : "evaluator",
    });
  }
  const { code, message, isRetryable } = outcome;
  const failures = status.kind === "requested" ? status.failures + 1 : 1;
  const willRetry = isRetryable && failures < maxAttempts;
  return () => ({ type: "EvaluationFailed", ...common, code, message, isRetryable, willRetry });
}

/**
 * A result that the journal could not hold, such as an accuracy of NaN, is a failure: NaN would
 * also win every comparison that it takes part in as the best so far.
 */
function checked(outcome: EvaluationOutcome): EvaluationOutcome {
  if (outcome.kind === "failed") return outcome;
  const result = checkValue(evaluationResultSchema, outcome.result, (path) =>
    fieldName(["result", ...path]),
  );
  if (result.kind === "valid") return outcome;
  return {
    kind: "failed",
    code: "invalid-result",
    message: result.problems.join("; "),
    isRetryable: false,
  };
}
