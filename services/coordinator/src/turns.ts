import type { SearchId } from "@collm/search";

/**
 * Lets requests that change the same search come one after the other: what one reads of a resting
 * journal stays true until it writes.
 */
export class Turns {
  /** Settled when the last request so far of a search is answered. */
  readonly #last = new Map<SearchId, Promise<unknown>>();

  /** Does `work` when those that came before are done, whether they failed or not. */
  async take<T>(id: SearchId, work: () => Promise<T>): Promise<T> {
    const outcome = (this.#last.get(id) ?? Promise.resolve()).then(work);
    const turn = outcome.catch(() => undefined);
    this.#last.set(id, turn);
    try {
      return await outcome;
    } finally {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    }
  }
}
