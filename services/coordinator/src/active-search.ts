import type { Journals, OpenJournal } from "@collm/journal";
import {
  applyEvent,
  createSearcher,
  type EventBody,
  emptyState,
  journalVersion,
  type LoopPorts,
  runSearch,
  type SearchEvent,
  type SearchId,
  type SearchState,
  type StopRequest,
} from "@collm/search";
import { EventFeed } from "./event-feed.js";
import { foldJournal } from "./fold-journal.js";
import { SearchTrace } from "./search-trace.js";
import { tracedPorts } from "./traced-ports.js";

/** What a search needs besides its journal. */
export interface SearchPorts extends Omit<LoopPorts, "journal"> {
  /** Told of each event that is journaled here; it must not throw. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
}

/** A search as its journal was read. */
export interface RestingSearch {
  readonly events: readonly SearchEvent[];
  readonly state: SearchState;
}

const unread: RestingSearch = { events: [], state: emptyState };

/**
 * One search with its journal open for writing. Created for a new search or from the journal of
 * one that was interrupted; ends when the search rests again (finished or interrupted).
 */
export class ActiveSearch {
  readonly id: SearchId;
  readonly feed: EventFeed;
  /** Absent unless spans are exported. */
  readonly trace: SearchTrace | undefined;
  readonly #journal: OpenJournal;
  readonly #ports: SearchPorts;
  readonly #stop = new AbortController();
  #state: SearchState;
  #done: Promise<void> | undefined;

  private constructor(
    id: SearchId,
    journal: OpenJournal,
    ports: SearchPorts,
    resting: RestingSearch,
  ) {
    this.id = id;
    this.#journal = journal;
    this.#ports = ports;
    const since = journal.events.slice(resting.events.length);
    this.#state = foldJournal(journal.name, since, resting.state);
    this.feed = new EventFeed(journal.events);
    this.trace = SearchTrace.of(id, journal.events, this.#state);
  }

  /**
   * Opens the search's journal, which fails while another process has it open.
   *
   * @param resting what was read of it before.
   */
  static async open(
    id: SearchId,
    journals: Journals,
    ports: SearchPorts,
    resting: RestingSearch = unread,
  ): Promise<ActiveSearch> {
    const journal = await journals.open(id, resting.events);
    try {
      return new ActiveSearch(id, journal, ports, resting);
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  get state(): SearchState {
    return this.#state;
  }

  /** Journals one event outside the loop: the start, a resumption, an opened test. */
  async record(body: EventBody): Promise<void> {
    await this.#append({
      v: journalVersion,
      seq: this.#state.lastSeq + 1,
      searchId: this.id,
      at: this.#ports.clock.now().toISOString(),
      ...body,
    } as SearchEvent);
  }

  /**
   * Runs the loop in the background until the search rests. Call once, after SearchStarted.
   *
   * @param onError told why a search was interrupted by something that failed.
   * @param onRest called when the journal is closed.
   */
  run(onError: (error: unknown) => void, onRest: () => void): void {
    const { started } = this.#state;
    if (!started) throw new RangeError("run: the journal has no SearchStarted");
    this.#journal.lost?.addEventListener("abort", () => this.#leave(), { once: true });
    const endDrive = this.trace?.drive();
    const ports = {
      ...(this.trace ? tracedPorts(this.#ports, this.trace) : this.#ports),
      journal: { append: (event: SearchEvent) => this.#append(event) },
    };
    this.#done = runSearch(
      this.id,
      createSearcher(started.config.searcher),
      this.#state,
      ports,
      this.#stop.signal,
    )
      .then(() => undefined, onError)
      .finally(async () => {
        // Whatever becomes of it, a search that nobody drives must not count as driven.
        await this.#journal.close().catch(onError);
        endDrive?.(this.#state.interruption);
        // The journal is free before anyone learns that the search rests.
        onRest();
        this.feed.end();
      });
  }

  /** Asks the running loop to stop and waits until its last event is journaled. */
  stop(request: StopRequest): Promise<void> {
    this.#stop.abort(request);
    return this.rest();
  }

  /** Resolves when the loop has ended and the journal is closed. */
  async rest(): Promise<void> {
    await this.#done;
  }

  async close(): Promise<void> {
    this.feed.end();
    await this.#journal.close();
  }

  /** The journal is another's now or cannot be written: nothing that the loop waits for matters here. */
  #leave(): void {
    const reason = "the journal cannot be written here any more";
    this.#stop.abort({ kind: "shutdown", reason, cause: "shutdown" } satisfies StopRequest);
  }

  async #append(event: SearchEvent): Promise<void> {
    // Folded first, so that an event which cannot follow is never written.
    const next = applyEvent(this.#state, event);
    try {
      await this.#journal.append(event);
    } catch (error) {
      this.#leave();
      throw error;
    }
    this.#state = next;
    this.trace?.noted(event, next);
    this.#ports.onEvent?.(event);
    this.feed.push(event);
  }
}
