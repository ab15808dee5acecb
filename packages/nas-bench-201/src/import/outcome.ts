import { CheckpointFormatError } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import type { TableRow } from "./table-row.js";

/** What became of one record of a source. */
export type RecordOutcome =
  | { readonly kind: "row"; readonly row: TableRow }
  | { readonly kind: "bad"; readonly bad: BadRecord };

/** A record that was refused. */
export interface BadRecord {
  /** File or line that it comes from. */
  readonly source: string;
  /** One sentence that names the source, the field, what was found and what was allowed. */
  readonly message: string;
}

/** The record as bad, if the error says what is wrong with it; other errors are thrown on. */
export function badRecord(source: string, thrown: unknown): BadRecord {
  // These name the file and the byte themselves.
  if (thrown instanceof CheckpointFormatError) return { source, message: thrown.message };
  const error = CollmError.from(thrown);
  if (error.code === "internal") throw thrown;
  return { source, message: `${source}: ${error.message}` };
}

/** Does the work and gives its row, or why there is none. */
export async function outcomeOf(
  source: string,
  work: () => Promise<TableRow> | TableRow,
): Promise<RecordOutcome> {
  try {
    return { kind: "row", row: await work() };
  } catch (thrown) {
    return { kind: "bad", bad: badRecord(source, thrown) };
  }
}
