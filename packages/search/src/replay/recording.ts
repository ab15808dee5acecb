import { applyEvent } from "../apply-event.js";
import type { SearchEvent } from "../events.js";
import { emptyState, type SearchState } from "../state.js";
import { isSameEvent } from "./event-differences.js";

/** The first place where a journal and its replay part. */
export interface Divergence {
  /** Number of the event. */
  readonly seq: number;
  /** What the journal has there. */
  readonly recorded: SearchEvent;
  /** What the replay makes instead; absent where it makes no event. */
  readonly made?: SearchEvent;
  /** What is wrong with it, in a few words. */
  readonly problem: string;
}

/** What was reproduced so far. */
export interface ReplayCounts {
  /** Events that the search made by itself and that came out equal. */
  decisions: number;
  /** Answers and failures of roles that were given to it from the journal. */
  roleAnswers: number;
  /** Starts, results and failures of evaluations that were given to it from the journal. */
  evaluationReports: number;
  /** Results among them. */
  evaluations: number;
  /** Lives of the search besides the first. */
  resumptions: number;
}

/** A journal that is replayed: its events, how far they were reproduced, and where that ended. */
export class Recording {
  readonly counts: ReplayCounts = {
    decisions: 0,
    roleAnswers: 0,
    evaluationReports: 0,
    evaluations: 0,
    resumptions: 0,
  };
  readonly #events: readonly SearchEvent[];
  #reproduced = 0;
  #state: SearchState = emptyState;
  #divergence: Divergence | undefined;
  /** Number of the last event whose cause was given to the loop. */
  #causedSeq = 0;

  constructor(events: readonly SearchEvent[]) {
    this.#events = events;
  }

  /** The event that must come next; undefined at the end. */
  get next(): SearchEvent | undefined {
    return this.#events[this.#reproduced];
  }

  /** Events at the beginning that came out equal or were taken over. */
  get reproduced(): number {
    return this.#reproduced;
  }

  /** The state after them. */
  get state(): SearchState {
    return this.#state;
  }

  get divergence(): Divergence | undefined {
    return this.#divergence;
  }

  /** Whether the cause of the next event was given to the loop already. */
  get isCaused(): boolean {
    return this.next !== undefined && this.next.seq === this.#causedSeq;
  }

  /** Notes that the cause of the next event is given to the loop. */
  noteCause(kind: "roleAnswers" | "evaluationReports"): void {
    this.#causedSeq = this.next?.seq ?? 0;
    this.counts[kind]++;
  }

  /** Takes the next event as it is: it came from outside the loop. */
  takeOver(): void {
    const { next } = this;
    if (!next || !this.#advance(next)) return;
    if (next.type === "SearchResumed") this.counts.resumptions++;
  }

  /** Compares the next event with the one that was made; false if they differ. */
  reproduce(made: SearchEvent): boolean {
    const { next } = this;
    if (!next) return false;
    if (!isSameEvent(next, made)) {
      const isOther = made.type !== next.type;
      this.diverge(`the replay makes ${isOther ? made.type : "it differently"}`, made);
      return false;
    }
    const isCaused = this.isCaused;
    if (!this.#advance(next)) return false;
    if (!isCaused && next.type !== "SearchInterrupted") this.counts.decisions++;
    if (next.type === "EvaluationCompleted") this.counts.evaluations++;
    return true;
  }

  /** Ends the replay at the next event; only the first call counts. */
  diverge(problem: string, made?: SearchEvent): void {
    const { next } = this;
    if (!next || this.#divergence) return;
    this.#divergence = { seq: next.seq, recorded: next, problem, ...(made ? { made } : {}) };
  }

  #advance(event: SearchEvent): boolean {
    try {
      this.#state = applyEvent(this.#state, event);
    } catch (error) {
      const { message } = error instanceof Error ? error : { message: String(error) };
      this.diverge(`it cannot follow what comes before (${message})`);
      return false;
    }
    this.#reproduced++;
    return true;
  }
}
