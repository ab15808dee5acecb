import type { Searcher, SearcherSetup, Step, Turn } from "./searcher.js";
import { type IterationRecord, isClosed, isSettled, type SearchState } from "./state.js";

/** A searcher with its state: the fold over the search's rounds, kept up to date. */
export class ObservingSearcher<State> {
  readonly #searcher: Searcher<State>;
  /** After the first `#observed` rounds, which are closed. */
  #state: State;
  #observed = 0;

  constructor(searcher: Searcher<State>, setup: SearcherSetup) {
    this.#searcher = searcher;
    this.#state = searcher.initial(setup);
  }

  get name(): string {
    return this.#searcher.name;
  }

  propose({ iterations }: SearchState, turn: Turn): Step {
    const earlier = iterations.slice(this.#observed).filter(({ index }) => index < turn.iteration);
    const firstOpen = earlier.findIndex((record) => !isClosed(record));
    const closed = firstOpen === -1 ? earlier : earlier.slice(0, firstOpen);
    for (const record of closed) this.#observe(record);
    // Rounds that are still open count with what is known of them; they are observed again, whole.
    const known = earlier
      .slice(closed.length)
      .map(settledPart)
      .reduce((state, record) => this.#searcher.observe(state, record), this.#state);
    return this.#searcher.propose(known, turn);
  }

  #observe(record: IterationRecord): void {
    this.#state = this.#searcher.observe(this.#state, record);
    this.#observed++;
  }
}

function settledPart(record: IterationRecord): IterationRecord {
  const { candidates = [] } = record;
  const settled = candidates.filter(isSettled);
  return { ...record, candidates: settled, pendingCount: candidates.length - settled.length };
}
