/** What a suite hands back: Markdown for people and files for whoever draws charts. */
export interface SuiteReport {
  readonly markdown: string;
  /** Further files by name, e.g. `searchers.csv`. */
  readonly files: Readonly<Record<string, string>>;
}

/** A benchmark that `pnpm bench NAME` runs. */
export interface Suite {
  readonly name: string;
  /** One line for the list of suites. */
  readonly summary: string;
  /** Options of this suite, one line each; `--out` and `--help` are common to all. */
  readonly optionsHelp: string;
  /** Folder that reports go to unless `--out` says otherwise; undefined: none is written. */
  readonly defaultOut?: string;
  /** Reads the suite's own arguments and runs it. Progress goes to standard error. */
  run(args: readonly string[], out: string | undefined): Promise<SuiteReport>;
}
