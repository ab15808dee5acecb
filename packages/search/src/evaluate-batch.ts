import { checkValue, fieldName } from "@collm/errors";
import { evaluationResultSchema } from "./events.js";
import type { JournalWriter } from "./journal-writer.js";
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
export class BatchEvaluator {
  readonly #ports: EvaluationPorts;
  readonly #writer: JournalWriter;
  readonly #gate: StopGate;
  /** Candidates whose latest request is of this process; others were asked for in an earlier life. */
  readonly #requestedHere = new Set<string>();

  constructor(ports: EvaluationPorts, writer: JournalWriter, gate: StopGate) {
    this.#ports = ports;
    this.#writer = writer;
    this.#gate = gate;
  }

  /** Tells that the first request of this candidate was just journaled. */
  noteRequested(candidateId: string): void {
    this.#requestedHere.add(candidateId);
  }

  /**
   * Evaluates a batch. Results are journaled as they arrive, so that a death loses only the work
   * in flight; folds read them in proposal order, so that arrival order decides nothing. One
   * failure waits for the others: their results are not lost, and none is appended later.
   */
  async evaluateAll(candidates: readonly Candidate[]): Promise<void> {
    const outcomes = await Promise.allSettled(
      candidates.map((candidate) => this.#evaluate(candidate)),
    );
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) throw failure.reason;
  }

  async #evaluate(candidate: Candidate): Promise<void> {
    const { iteration, key, architecture, cost } = candidate;
    if (!key || !architecture || !cost) throw new RangeError(`${candidate.id} was not screened`);
    const common = { iteration, candidateId: candidate.id, key };

    const stored = await this.#gate.guard(() => this.#ports.store.read(key));
    if (stored) {
      await this.#writer.record({
        type: "EvaluationCompleted",
        ...common,
        result: stored,
        source: "store",
      });
      return;
    }
    if (!this.#requestedHere.has(candidate.id)) {
      this.#requestedHere.add(candidate.id);
      await this.#writer.record({
        type: "EvaluationRequested",
        ...common,
        canonical: architecture.canonical,
        cost,
        isFeasible: candidate.isFeasible ?? true,
        attempt: candidate.attempts + 1,
      });
    }
    const outcome = checked(await this.#dispatch(common, architecture.canonical));
    if (outcome.kind === "completed") {
      await this.#writer.record({
        type: "EvaluationCompleted",
        ...common,
        result: outcome.result,
        source: outcome.isStored ? "store" : "evaluator",
      });
      return;
    }
    const failures = candidate.status.kind === "requested" ? candidate.status.failures + 1 : 1;
    this.#requestedHere.delete(candidate.id);
    await this.#writer.record({
      type: "EvaluationFailed",
      ...common,
      code: outcome.code,
      message: outcome.message,
      isRetryable: outcome.isRetryable,
      willRetry: outcome.isRetryable && failures < maxAttempts,
    });
  }

  /** One dispatch; every start that the dispatcher tells of is journaled before this settles. */
  async #dispatch(
    common: { iteration: number; candidateId: string; key: string },
    canonical: string,
  ): Promise<EvaluationOutcome> {
    const { started } = this.#writer.state;
    if (!started) throw new RangeError("the search has not started");
    const { searchId, supernet } = started;
    const request = {
      searchId,
      candidateId: common.candidateId,
      supernet: supernet.name,
      canonical,
      contextDigest: supernet.contextDigest,
      key: common.key,
    };
    const starts: Promise<void>[] = [];
    let isOver = false;
    const onStarted = (): void => {
      // A port that was left behind at a stop may still call.
      if (isOver) return;
      const append = this.#writer.record({ type: "EvaluationStarted", ...common });
      // A journal that fails fails the next append too, which is awaited.
      starts.push(append.catch(() => undefined));
    };
    try {
      return await this.#gate.guard((signal) =>
        this.#ports.dispatcher.evaluate(request, signal, onStarted),
      );
    } finally {
      isOver = true;
      await Promise.all(starts);
    }
  }
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
