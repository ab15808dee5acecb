import type { SearchEvent } from "@collm/search";

/**
 * The events of one search, and everyone who reads along. Readers get what is there and then
 * what comes, in order and without gaps, until the feed ends.
 */
export class EventFeed {
  readonly #events: SearchEvent[];
  #isEnded = false;
  readonly #waiting = new Set<() => void>();

  constructor(events: readonly SearchEvent[]) {
    this.#events = [...events];
  }

  get events(): readonly SearchEvent[] {
    return this.#events;
  }

  push(event: SearchEvent): void {
    this.#events.push(event);
    this.#wake();
  }

  /** No more events will come; readers finish once they have read everything. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** Events with a seq above `afterSeq`. Ends with the feed, or silently when `signal` aborts. */
  async *read(afterSeq: number, signal: AbortSignal): AsyncGenerator<SearchEvent> {
    // Journals count from 1 without gaps, so the event after `afterSeq` is at that index.
    let index = afterSeq;
    while (!signal.aborted) {
      const event = this.#events[index];
      if (event) {
        index++;
        yield event;
      } else if (this.#isEnded) {
        return;
      } else {
        await this.#nextChange(signal);
      }
    }
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
