import { type SearchEvent, searchEventSchema } from "../events.js";
import type { Journal } from "../ports.js";

/**
 * A journal in memory. It keeps what would be read back: each event goes through JSON and the
 * schema, so that a test fails when an event could not be journaled.
 */
export class MemoryJournal implements Journal {
  readonly events: SearchEvent[];
  readonly #failBefore: number;

  /**
   * @param events what the journal holds already.
   * @param failBefore number of the first event that cannot be appended; default none.
   */
  constructor(events: readonly SearchEvent[] = [], failBefore = Number.POSITIVE_INFINITY) {
    this.events = [...events];
    this.#failBefore = failBefore;
  }

  append(event: SearchEvent): Promise<void> {
    if (event.seq >= this.#failBefore) return Promise.reject(new Error("the journal is full"));
    if (event.seq !== this.events.length + 1) {
      return Promise.reject(
        new Error(`event ${event.seq} appended to a journal of ${this.events.length}`),
      );
    }
    this.events.push(searchEventSchema.parse(JSON.parse(JSON.stringify(event))));
    return Promise.resolve();
  }
}
