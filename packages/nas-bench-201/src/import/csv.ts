import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CollmError } from "@collm/errors";
import { architectureCount, readOfficialString } from "@collm/search-space";
import { columnName, type Epochs, schedules, seedCountColumn, trainingSets } from "../columns.js";
import { recordProblem } from "./fields.js";
import type { ImportRun } from "./import-run.js";
import { officialOrder } from "./official-order.js";
import { outcomeOf } from "./outcome.js";
import { emptyRow, setColumn, type TableRow } from "./table-row.js";

/** Characters of a line, and of the whole text, that are read; the whole benchmark has 6 million. */
const maxLineLength = 10_000;
const maxLength = 64 << 20;

interface CsvColumn {
  readonly to: number;
  /** Writes a number of the file to the columns that it stands for. */
  readonly set: (row: TableRow, value: number) => void;
}

/** Columns that are read, by name; all others are left out. */
const columns: ReadonlyMap<string, CsvColumn> = new Map([
  ...schedules.flatMap((epochs): [string, CsvColumn][] => [
    [`c10_valid_${epochs}`, accuracy(columnName("cifar10-valid", epochs, "valid-accuracy"))],
    [`c10_test_${epochs}`, accuracy(columnName("cifar10", epochs, "test-accuracy"))],
    [`c100_valid_${epochs}`, accuracy(columnName("cifar100", epochs, "valid-accuracy"))],
    [`c100_test_${epochs}`, accuracy(columnName("cifar100", epochs, "test-accuracy"))],
    [`in16_valid_${epochs}`, accuracy(columnName("ImageNet16-120", epochs, "valid-accuracy"))],
    [`in16_test_${epochs}`, accuracy(columnName("ImageNet16-120", epochs, "test-accuracy"))],
  ]),
  ...(
    [
      ["c10", ["cifar10-valid", "cifar10"]],
      ["c100", ["cifar100"]],
      ["in16", ["ImageNet16-120"]],
    ] as const
  ).flatMap(([short, sets]) =>
    (["flops", "params"] as const).map((field): [string, CsvColumn] => [
      `${field}_${short}_m`,
      {
        to: 1e6,
        set: (row, value) => {
          for (const set of sets) {
            for (const epochs of schedules) setColumn(row, columnName(set, epochs, field), value);
          }
        },
      },
    ]),
  ),
  ["train_s_epoch_c10valid", { to: 1e9, set: setTimes }],
  [
    "seeds200",
    {
      to: 3,
      set: (row, value) => {
        for (const set of trainingSets) setColumn(row, seedCountColumn(set, 200), value);
      },
    },
  ],
]);

function accuracy(name: string): CsvColumn {
  return { to: 100, set: (row, value) => setColumn(row, name, value) };
}

/** An epoch takes as long on every data set as it has training images, officially. */
const relativeTime = {
  "cifar10-valid": 1,
  cifar10: 2,
  cifar100: 2,
  "ImageNet16-120": 151_700 / 25_000,
} as const;

function setTimes(row: TableRow, secondsPerEpoch: number): void {
  for (const set of trainingSets) {
    const seconds = secondsPerEpoch * relativeTime[set];
    for (const epochs of schedules) {
      setColumn(row, columnName(set, epochs, "train-per-time"), seconds);
      setColumn(
        row,
        columnName(set, epochs, "train-all-time"),
        seconds * (epochs satisfies Epochs),
      );
    }
  }
}

/** Imports a CSV file with a line for each architecture, plain or packed with gzip. */
export async function importCsv(path: string, isPacked: boolean, run: ImportRun): Promise<void> {
  const order = officialOrder();
  let header: readonly string[] | undefined;
  let number = 0;
  for await (const line of linesOf(path, isPacked)) {
    number += 1;
    if (run.signal?.aborted) return;
    const cells = line.split(",");
    if (header === undefined) {
      header = checkHeader(path, cells);
      continue;
    }
    if (line === "") continue;
    const names = header;
    const source = `${path}, line ${number}`;
    run.take(
      await outcomeOf(source, () => {
        const row = readRow(names, cells, order);
        if (run.rows.has(row.index)) {
          throw recordProblem("index", `${row.index}`, "one that no line before has");
        }
        return row;
      }),
    );
  }
  if (header === undefined) checkHeader(path, []);
}

function checkHeader(path: string, names: readonly string[]): readonly string[] {
  const trimmed = names.map((name) => name.trim());
  const hasNumbers = trimmed.some((name) => columns.has(name));
  if (trimmed.includes("index") && trimmed.includes("arch") && hasNumbers) return trimmed;
  throw new CollmError(
    "invalid-argument",
    `${path}: got the columns "${trimmed.join(",").slice(0, 80)}", allowed are index, arch ` +
      `and some of ${[...columns.keys()].join(", ")}`,
  );
}

function readRow(
  names: readonly string[],
  cells: readonly string[],
  order: readonly string[],
): TableRow {
  if (cells.length !== names.length) {
    throw recordProblem("line", `${cells.length} cells`, `${names.length} as in the first line`);
  }
  const cell = (name: string): string => (cells[names.indexOf(name)] ?? "").trim();
  const index = /^\d{1,5}$/.test(cell("index")) ? Number(cell("index")) : Number.NaN;
  if (!(index < architectureCount)) {
    throw recordProblem("index", quoted(cell("index")), `0 to ${architectureCount - 1}`);
  }
  const official = order[index] ?? "";
  const read = readOfficialString(official);
  if (cell("arch") !== official || read.kind === "illegal") {
    throw recordProblem("arch", quoted(cell("arch")), `${official}, which has the index ${index}`);
  }
  const row = emptyRow(index, read.choices);
  for (const [i, name] of names.entries()) {
    const column = columns.get(name);
    const text = (cells[i] ?? "").trim();
    if (!column || text === "") continue;
    const value = /^[-+.\deE]+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= 0 && value <= column.to)) {
      throw recordProblem(name, quoted(text), `0 to ${column.to}`);
    }
    column.set(row, value);
  }
  return row;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
}

/** Lines without their ends. A file that is no text of lines is refused before it takes memory. */
async function* linesOf(path: string, isPacked: boolean): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text: Readable = isPacked ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => text.destroy(error));
  text.setEncoding("utf8");
  let length = 0;
  let rest = "";
  try {
    for await (const piece of text as AsyncIterable<string>) {
      length += piece.length;
      if (length > maxLength) {
        throw new CollmError("data-loss", `${path}: got more than ${maxLength} characters`);
      }
      const lines = `${rest}${piece}`.split(/\r?\n/);
      rest = lines.pop() ?? "";
      if (rest.length > maxLineLength) {
        const found = `a line of more than ${maxLineLength} characters`;
        throw new CollmError("data-loss", `${path}: got ${found}, allowed is a CSV file`);
      }
      yield* lines;
    }
    if (rest !== "") yield rest;
  } catch (error) {
    throw isZlibError(error)
      ? new CollmError("data-loss", `${path}: is damaged, gzip says ${(error as Error).message}`)
      : error;
  } finally {
    file.destroy();
  }
}

function isZlibError(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    error.code.startsWith("Z_")
  );
}
