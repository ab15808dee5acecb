import type { Journal, SearchEvent, SearchId } from "@collm/search";

/** A journal that is open for writing, by this process only. */
export interface OpenJournal extends Journal {
  /** What messages call it, e.g. a path. */
  readonly name: string;
  /** What it held when it was opened; appended events are not added. */
  readonly events: readonly SearchEvent[];
  /** Aborts when another process took the journal over; absent where none can. */
  readonly lost?: AbortSignal | undefined;
  /** Waits for appends under way and lets others write. Calling it again does nothing. */
  close(): Promise<void>;
}

/** Where the journals of searches are: files, or a stream. */
export interface Journals {
  /** What messages call the journal of this search. */
  nameOf(id: SearchId): string;
  /**
   * Throws `failed-precondition` while another process has it open.
   *
   * @param known what `read` gave; a journal only grows, so that is not read again.
   */
  open(id: SearchId, known?: readonly SearchEvent[]): Promise<OpenJournal>;
  /** The events so far, without the right to write; empty if there is no such journal. */
  read(id: SearchId): Promise<readonly SearchEvent[]>;
  list(): Promise<readonly SearchId[]>;
  /** How long the journal is, in whatever is quick to find; it grows with each event. 0 if there is none. */
  size(id: SearchId): Promise<number>;
}
