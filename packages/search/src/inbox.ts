import type { EventBody } from "./events.js";
import type { SearchState } from "./state.js";

/** The event that a report becomes; made when its turn comes, from the state of then. */
export type EventMaker = (state: SearchState) => EventBody;

/** What an activity tells the loop. */
export type Report =
  /** Something to journal; `endOf` is the activity that is over with it. */
  | {
      readonly kind: "event";
      readonly eventOf: EventMaker;
      readonly endOf?: string;
      readonly journaled: () => void;
    }
  /** The activity cannot go on, nor can the search. */
  | { readonly kind: "failure"; readonly activity: string; readonly error: unknown };

/**
 * Where activities (evaluations, questions to roles) leave what they learnt. The loop takes one
 * report at a time and decides all that follows from it before it takes the next, so that its
 * decisions depend on the order of events in the journal and on nothing else.
 */
export class Inbox {
  readonly #reports: Report[] = [];
  #wake: () => void = () => undefined;

  /** Resolves when the event is durable; never, if the search stops before. */
  post(eventOf: EventMaker, endOf?: string): Promise<void> {
    return new Promise((journaled) => {
      this.#add({ kind: "event", eventOf, journaled, ...(endOf === undefined ? {} : { endOf }) });
    });
  }

  fail(activity: string, error: unknown): void {
    this.#add({ kind: "failure", activity, error });
  }

  /** The oldest report that was not taken yet. */
  take(): Report | undefined {
    return this.#reports.shift();
  }

  /** Resolves as soon as there is a report to take. */
  arrival(): Promise<void> {
    if (this.#reports.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #add(report: Report): void {
    this.#reports.push(report);
    this.#wake();
  }
}
