import { applyEvent } from "./apply-event.js";
import { type EventBody, journalVersion, type SearchEvent } from "./events.js";
import type { SearchId } from "./identifiers.js";
import type { Clock, Journal } from "./ports.js";
import type { SearchState } from "./state.js";

/** Journals events one after the other and keeps the state that follows from them. */
export class JournalWriter {
  readonly #searchId: SearchId;
  readonly #journal: Journal;
  readonly #clock: Clock;
  #state: SearchState;
  #failure: { readonly error: unknown } | undefined;

  constructor(searchId: SearchId, state: SearchState, journal: Journal, clock: Clock) {
    this.#searchId = searchId;
    this.#state = state;
    this.#journal = journal;
    this.#clock = clock;
  }

  get state(): SearchState {
    return this.#state;
  }

  /**
   * Journals one event, then folds it in; await it before the next.
   *
   * @throws what the journal throws. From then on every call throws it again and appends nothing:
   *   the failed event may or may not be in the journal, so no number can follow it safely.
   */
  async record(body: EventBody): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const event = {
      v: journalVersion,
      seq: this.#state.lastSeq + 1,
      searchId: this.#searchId,
      at: this.#clock.now().toISOString(),
      ...body,
    } as SearchEvent;
    // Folded first, so that an event which cannot follow is never written.
    const next = applyEvent(this.#state, event);
    try {
      await this.#journal.append(event);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    this.#state = next;
  }
}
