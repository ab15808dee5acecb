import type { EvaluationResult, EventOf, SearchEvent } from "../events.js";
import type { EvaluationDispatcher, EvaluationOutcome, EvaluationStore } from "../ports.js";
import type { LifeSteering } from "./recorded-roles.js";
import type { Recording } from "./recording.js";

type EvaluationEvent = EventOf<
  "EvaluationRequested" | "EvaluationStarted" | "EvaluationCompleted" | "EvaluationFailed"
>;

/** How far the loop is with one evaluation, by what it waits for; neither: it is on its way. */
interface Pending {
  readonly candidateId: string;
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
  readonly #steering: LifeSteering;
  /** Evaluations that the loop waits for, by key. */
  readonly #pending = new Map<string, Pending>();

  constructor(recording: Recording, steering: LifeSteering) {
    this.#recording = recording;
    this.#steering = steering;
  }

  readonly store: Pick<EvaluationStore, "read"> = {
    read: (key) =>
      new Promise((read) => {
        this.#pending.set(key, { candidateId: this.#candidateOf(key), read });
        // The loop asks for a whole batch in one go: reporting waits until all of it is here.
        this.#reportSoon();
      }),
  };

  readonly dispatcher: EvaluationDispatcher = {
    evaluate: ({ key, candidateId }, _signal, start) =>
      new Promise((settle) => {
        this.#pending.set(key, { candidateId, dispatched: { start, settle } });
        this.#reportSoon();
      }),
  };

  /** Takes note of an event that the loop has just made. */
  observe(event: SearchEvent): void {
    if (event.type === "EvaluationCompleted" || event.type === "EvaluationFailed") {
      this.#pending.delete(event.key);
    }
  }

  /** Reports what the journal has next, if the loop waits for it. */
  report(): void {
    const { next, isCaused } = this.#recording;
    if (!next || isCaused || this.#pending.size === 0 || this.#steering.isStopNext()) return;
    const pending = isEvaluationEvent(next) ? this.#pending.get(next.key) : undefined;
    if (!isEvaluationEvent(next) || !pending) {
      this.#block();
    } else if (pending.read) {
      const isStored = next.type === "EvaluationCompleted" && next.source === "store";
      if (isStored) this.#recording.noteCause("evaluationReports");
      pending.read(isStored ? next.result : undefined);
      pending.read = undefined;
    } else if (pending.dispatched) {
      this.#reportTo(pending.dispatched, next);
    }
    // Else the loop is on its way to the dispatcher and will be back.
  }

  #reportTo({ start, settle }: Dispatched, next: EvaluationEvent): void {
    if (next.type === "EvaluationRequested") {
      // It was asked for already.
      this.#block();
      return;
    }
    this.#recording.noteCause("evaluationReports");
    if (next.type === "EvaluationStarted") start();
    else settle(outcomeIn(next));
  }

  #block(): void {
    const ids = [...this.#pending.values()].map(({ candidateId }) => candidateId);
    this.#steering.block(`the evaluation of ${ids.join(", ")}`);
  }

  #reportSoon(): void {
    void Promise.resolve().then(() => this.report());
  }

  #candidateOf(key: string): string {
    const candidates = this.#recording.state.iterations.last?.candidates ?? [];
    return candidates.find((candidate) => candidate.key === key)?.id ?? key;
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
