import type { SearchEvent } from "../events.js";
import type { SearchId } from "../identifiers.js";
import { type LoopPorts, runSearch } from "../loop.js";
import type { Searcher } from "../searcher.js";
import type { StopRequest } from "../stop-gate.js";
import { RecordedEvaluations } from "./recorded-evaluations.js";
import { RecordedRoles } from "./recorded-roles.js";
import type { Recording } from "./recording.js";

/**
 * Runs the loop once more from where the recording is, until the process of that time ended: its
 * search finished or was told to stop, or it died, which shows as a resumption or as the journal's
 * end. Every port answers from the journal; the loop does not know that it is replayed.
 */
export async function replayLife(recording: Recording, searcher: Searcher<unknown>): Promise<void> {
  const { started } = recording.state;
  if (!started) throw new RangeError("replayLife: the journal has no SearchStarted");
  const life = new RecordedLife(recording);
  const searchId = started.searchId as SearchId;
  life.steer();
  try {
    await runSearch(searchId, searcher, recording.state, life.ports, life.signal);
  } catch (error) {
    if (!life.isOver) throw error;
  }
}

class RecordedLife {
  readonly ports: LoopPorts;
  readonly #recording: Recording;
  readonly #roles: RecordedRoles;
  readonly #evaluations: RecordedEvaluations;
  readonly #stop = new AbortController();
  /** Whether the loop has decided everything that follows from the events so far. */
  #isWaiting = false;
  #isOver = false;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#roles = new RecordedRoles(recording);
    this.#evaluations = new RecordedEvaluations(recording, () => this.#report());
    this.ports = {
      journal: { append: (event) => this.#append(event) },
      roles: this.#roles,
      dispatcher: this.#evaluations.dispatcher,
      store: this.#evaluations.store,
      // Events are compared without their times; only the journal's own are at hand.
      clock: { now: () => new Date(recording.next?.at ?? 0) },
      onWait: () => {
        this.#isWaiting = true;
        this.#report();
      },
    };
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Stops the loop where the journal says that it stopped. */
  steer(): void {
    const stop = this.#stopNext();
    if (stop === "death") this.#end();
    else if (stop) this.#stop.abort(stop);
  }

  /** Once the loop waits, tells it what comes next: one report at a time, each after the event of the last. */
  #report(): void {
    const { next, isCaused } = this.#recording;
    if (!this.#isWaiting || !next || isCaused || this.#isOver || this.#stopNext()) return;
    if (this.#roles.report(next) || this.#evaluations.report(next)) return;
    const waitedFor = [...this.#roles.waitedFor, ...this.#evaluations.waitedFor];
    this.#recording.diverge(`the replay waits for ${waitedFor.join(" and ")}`);
    this.#end();
  }

  async #append(made: SearchEvent): Promise<void> {
    this.#isWaiting = false;
    const stop = this.#stopNext();
    // The command line journals the interruption of a coordinator that died: then the loop was here.
    const isDead = stop === "death" || (isShutdown(stop) && made.type !== "SearchInterrupted");
    if (this.#isOver || isDead || !this.#recording.reproduce(made)) {
      this.#end();
      throw new RangeError("the recorded life is over");
    }
    this.#evaluations.observe(made);
    this.steer();
  }

  /** Why the loop of that time did not go on behind the events so far, if it did not. */
  #stopNext(): StopRequest | "death" | undefined {
    const { next } = this.#recording;
    if (!next || next.type === "SearchResumed") return "death";
    if (next.type === "SearchInterrupted") {
      return { kind: "shutdown", reason: next.reason, cause: next.cause };
    }
    if (next.type === "SearchFinished" && next.reason === "cancelled") return { kind: "cancel" };
    return undefined;
  }

  /** From here on nothing is journaled, and the loop leaves everything that it waits for. */
  #end(): void {
    this.#isOver = true;
    this.#stop.abort({ kind: "shutdown", reason: "the recorded life is over" });
  }
}

function isShutdown(stop: StopRequest | "death" | undefined): boolean {
  return typeof stop === "object" && stop.kind === "shutdown";
}
