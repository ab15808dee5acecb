import type { JournalView } from "../journal-view.js";
import type { SearchResult } from "../result/schema.js";

/** How the command lines of the report name files; the journal does not know them. */
export interface ReportOptions {
  /** Run directory of the search. Default `runs/<searchId>`. */
  readonly runDirectory?: string;
  /** Manifest of the supernet. Default a placeholder, `SUPERNET.yaml`. */
  readonly supernetManifest?: string;
  /** How the user calls the command-line program. Default `collm`. */
  readonly command?: string;
}

/** What every section is made from. */
export interface ReportSource {
  readonly view: JournalView;
  readonly result: SearchResult;
  readonly options: Required<ReportOptions>;
}
