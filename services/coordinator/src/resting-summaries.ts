import type { Journals } from "@collm/journal";
import type { SearchId } from "@collm/search";
import { foldJournal } from "./fold-journal.js";
import { type SearchSummary, summaryOf } from "./search-summary.js";

/**
 * Summaries of searches that do not run here. A journal is read again only if it has grown since,
 * and one after the other: a list of many long searches must not hold them all in memory.
 */
export class RestingSummaries {
  readonly #journals: Journals;
  readonly #known = new Map<SearchId, { readonly size: number; readonly summary: SearchSummary }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(journals: Journals) {
    this.#journals = journals;
  }

  /** Undefined if there is no such search; throws what reading its journal throws. */
  of(id: SearchId): Promise<SearchSummary | undefined> {
    const found = this.#last.then(() => this.#find(id));
    this.#last = found.catch(() => undefined);
    return found;
  }

  async #find(id: SearchId): Promise<SearchSummary | undefined> {
    // Before reading: an event that comes in between is then only read again.
    const size = await this.#journals.size(id);
    const known = this.#known.get(id);
    if (known?.size === size) return known.summary;
    const events = await this.#journals.read(id);
    if (events.length === 0) return undefined;
    const summary = summaryOf(id, foldJournal(this.#journals.nameOf(id), events));
    this.#known.set(id, { size, summary });
    return summary;
  }
}
