import type { EvaluationResult, EventOf, SearchEvent } from "../events.js";
import type { EvaluationDispatcher, EvaluationOutcome, EvaluationStore } from "../ports.js";
import type { Recording } from "./recording.js";

type EvaluationEvent = EventOf<
  "EvaluationRequested" | "EvaluationStarted" | "EvaluationCompleted" | "EvaluationFailed"
>;

/** How far the loop is with one evaluation, by what it waits for; neither: it is on its way. */
interface Pending {
  read?: ((result: EvaluationResult | undefined) => void) | undefined;
  readonly dispatched?: Dispatched;
}

interface Dispatched {
  readonly start: () => void;
  readonly settle: (outcome: EvaluationOutcome) => void;
}

/**
 * Store and dispatcher that report what the journal has, one report at a time and each only after
 * the event of the last: so the loop journals them in the order in which they once arrived.
 *
 *     store.read -- nothing stored --> dispatcher.evaluate -- starts --> result or failure
 *          `------- result of the store
 */
export class RecordedEvaluations {
  readonly #recording: Recording;
  readonly #onAsked: () => void;
  /** Evaluations that the loop waits for, by key. */
  readonly #pending = new Map<string, Pending>();

  /** @param onAsked called when an evaluation has come as far as it gets without a report. */
  constructor(recording: Recording, onAsked: () => void) {
    this.#recording = recording;
    this.#onAsked = onAsked;
  }

  readonly store: Pick<EvaluationStore, "read"> = {
    read: (key) =>
      new Promise((read) => {
        this.#pending.set(key, { read });
        this.#onAsked();
      }),
  };

  readonly dispatcher: EvaluationDispatcher = {
    evaluate: ({ key }, _signal, start) =>
      new Promise((settle) => {
        this.#pending.set(key, { dispatched: { start, settle } });
        this.#onAsked();
      }),
  };

  /** What the loop waits for from evaluators, in words. */
  get waitedFor(): readonly string[] {
    const candidates = this.#recording.state.iterations.flatMap(
      (record) => record.candidates ?? [],
    );
    const ids = [...this.#pending.keys()].map(
      (key) => candidates.findLast((candidate) => candidate.key === key)?.id ?? key,
    );
    return ids.length === 0 ? [] : [`the evaluation of ${ids.join(", ")}`];
  }

  /** Takes note of an event that the loop has just made. */
  observe(event: SearchEvent): void {
    if (event.type === "EvaluationCompleted" || event.type === "EvaluationFailed") {
      this.#pending.delete(event.key);
    }
  }

  /** Reports the journal's next event if the loop waits for it; false if it does not. */
  report(next: SearchEvent): boolean {
    if (!isEvaluationEvent(next)) return false;
    const pending = this.#pending.get(next.key);
    if (!pending) return false;
    if (pending.read) {
      const isStored = next.type === "EvaluationCompleted" && next.source === "store";
      if (isStored) this.#recording.noteCause("evaluationReports");
      pending.read(isStored ? next.result : undefined);
      pending.read = undefined;
      return true;
    }
    // Else it is on its way to the dispatcher, and asks again when it is there.
    if (!pending.dispatched) return true;
    // It was asked for already.
    if (next.type === "EvaluationRequested") return false;
    const { start, settle } = pending.dispatched;
    this.#recording.noteCause("evaluationReports");
    if (next.type === "EvaluationStarted") start();
    else settle(outcomeIn(next));
    return true;
  }
}

function isEvaluationEvent(event: SearchEvent): event is EvaluationEvent {
  return event.type.startsWith("Evaluation");
}

function outcomeIn(event: EventOf<"EvaluationCompleted" | "EvaluationFailed">): EvaluationOutcome {
  if (event.type === "EvaluationCompleted") {
    return { kind: "completed", result: event.result, isStored: event.source === "store" };
  }
  const { code, message, willRetry } = event;
  // Older journals lack it. Where no attempt was left it decided nothing.
  return { kind: "failed", code, message, isRetryable: event.isRetryable ?? willRetry };
}
