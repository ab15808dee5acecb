import type { BadRecord, RecordOutcome } from "./outcome.js";
import type { TableRow } from "./table-row.js";

/** How far an import is. */
export interface ImportProgress {
  readonly done: number;
  /** Undefined where the source does not say. */
  readonly total: number | undefined;
  /** Of `done`, those that an earlier import had finished. */
  readonly resumed: number;
  readonly bad: number;
}

export interface ImportOptions {
  /** Write a table without the records that are bad. Default: any bad record means no table. */
  readonly skipBad?: boolean;
  /** Threads that read a folder's records. Default: one for each core. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Called for each bad record when it is found. */
  readonly onBad?: (bad: BadRecord) => void;
}

/** Collects what a source gives. Rows are small; the records they come from are not kept. */
export class ImportRun {
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
  readonly rows = new Map<number, TableRow>();
  readonly bad: BadRecord[] = [];
  readonly #options: ImportOptions;
  #total: number | undefined;
  #done = 0;
  #resumed = 0;

  constructor(options: ImportOptions, threads: number) {
    this.threads = threads;
    this.signal = options.signal;
    this.#options = options;
  }

  /** Rows that an earlier import had finished. */
  get resumed(): number {
    return this.#resumed;
  }

  expect(total: number): void {
    this.#total = total;
  }

  take(outcome: RecordOutcome): void {
    if (outcome.kind === "row") this.rows.set(outcome.row.index, outcome.row);
    else {
      this.bad.push(outcome.bad);
      this.#options.onBad?.(outcome.bad);
    }
    this.#step();
  }

  takeFinished(row: TableRow): void {
    this.rows.set(row.index, row);
    this.#resumed += 1;
    this.#step();
  }

  #step(): void {
    this.#done += 1;
    this.#options.onProgress?.({
      done: this.#done,
      total: this.#total,
      resumed: this.#resumed,
      bad: this.bad.length,
    });
  }
}
