import { access, constants, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { CheckpointFormatError } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import { architectureCount } from "@collm/search-space";
import { writeTable } from "../table.js";
import { importPth, importSingleFile } from "./archive.js";
import { assembleTable, type ResultSummary, summariseResults } from "./assemble-table.js";
import { importCsv } from "./csv.js";
import { detectSource, type SourceKind } from "./detect-source.js";
import { importFolder } from "./folder.js";
import { type ImportOptions, ImportRun } from "./import-run.js";
import type { BadRecord } from "./outcome.js";
import type { PartialFile } from "./partial-file.js";

/** What an import made. */
export interface ImportSummary {
  /** The table. */
  readonly path: string;
  readonly source: SourceKind;
  readonly architectures: number;
  /** Architectures of the benchmark that the table lacks. */
  readonly missing: number;
  /** Rows that an earlier import had finished. */
  readonly resumed: number;
  /** Records that were left out, with `skipBad`. */
  readonly skipped: readonly BadRecord[];
  readonly columns: readonly string[];
  readonly results: readonly ResultSummary[];
}

/**
 * Imports NAS-Bench-201 from the official folder, the single file, an old `.pth` or a CSV file: reads
 * and checks every record and writes the table to `output`, in the place of an earlier one.
 *
 * Bad records do not stop it, so that all are named. Then the table is not written, unless they are to
 * be skipped: CollmError data-loss. Of a folder, finished rows are kept in `<output>.partial` until the
 * table is there, and the next import of the folder goes on with them.
 *
 * Throws CollmError invalid-argument for a path that is none of these, data-loss for a file that
 * cannot be read at all, failed-precondition for one that is too large, cancelled after the signal.
 */
export async function importNasBench201(
  path: string,
  output: string,
  options: ImportOptions = {},
): Promise<ImportSummary> {
  const source = await detectSource(path);
  await checkOutput(path, output);
  const run = new ImportRun(options, options.threads ?? availableParallelism());
  const partial = await readSource(source, path, `${output}.partial`, run);
  try {
    if (run.signal?.aborted) throw stopped(partial);
    refuseBad(path, run, options.skipBad === true);
    const content = assembleTable([...run.rows.values()], {
      source: basename(resolve(path)),
      kind: source,
      skipped: String(run.bad.length),
    });
    await writeTable(output, content);
    await partial?.remove();
    return {
      path: output,
      source,
      architectures: run.rows.size,
      missing: architectureCount - run.rows.size,
      resumed: run.resumed,
      skipped: run.bad,
      columns: [...content.columns.keys()],
      results: summariseResults(content),
    };
  } catch (error) {
    partial?.close();
    throw error;
  }
}

/** Better now than after an hour. */
async function checkOutput(path: string, output: string): Promise<void> {
  await access(dirname(resolve(output)), constants.W_OK);
  const status = await stat(output).catch(() => undefined);
  if (resolve(path) === resolve(output) || status?.isDirectory()) {
    const got = status?.isDirectory() ? "a folder" : "the source itself";
    throw new CollmError("invalid-argument", `${output}: got ${got}, allowed is another file`);
  }
}

async function readSource(
  source: SourceKind,
  path: string,
  partialPath: string,
  run: ImportRun,
): Promise<PartialFile | undefined> {
  try {
    switch (source) {
      case "folder":
        return await importFolder(path, partialPath, run);
      case "single file":
        await importSingleFile(path, run);
        return undefined;
      case "pth":
        await importPth(path, run);
        return undefined;
      case "csv":
      case "packed csv":
        await importCsv(path, source === "packed csv", run);
        return undefined;
    }
  } catch (error) {
    if (error instanceof CollmError && error.code === "cancelled") return undefined;
    // The request was right, the file is not.
    if (error instanceof CheckpointFormatError) {
      throw new CollmError("data-loss", error.message, { cause: error });
    }
    if (error instanceof CollmError && error.code === "data-loss") throw withPath(path, error);
    throw error;
  }
}

/** Problems of fields do not know which file they are in. */
function withPath(path: string, error: CollmError): CollmError {
  if (error.message.startsWith(path)) return error;
  return new CollmError("data-loss", `${path}: ${error.message}`, { cause: error });
}

function refuseBad(path: string, { rows, bad }: ImportRun, isSkipping: boolean): void {
  if (rows.size > 0 && (bad.length === 0 || isSkipping)) return;
  const total = rows.size + bad.length;
  const [first] = bad;
  const example = first ? `, the first: ${first.message}` : "";
  throw new CollmError(
    "data-loss",
    rows.size === 0
      ? `${path}: none of ${total} records could be read${example}`
      : `${path}: ${bad.length} of ${total} records are bad and no table was written${example}; ` +
          "replace them, or leave them out with --skip-bad",
  );
}

function stopped(partial: PartialFile | undefined): CollmError {
  const next = partial ? `; the same command goes on from ${partial.path}` : "";
  return new CollmError("cancelled", `the import was stopped${next}`);
}
