import { rename, rm, writeFile } from "node:fs/promises";
import { encodeSafetensors, openSafetensors, type Tensor } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import { architectureCount, edges, operators } from "@collm/search-space";

/** Raised when a column or the layout changes its meaning. */
const formatVersion = "1";
const formatName = "collm-nas-bench-201";

const architecturesName = "architectures";

/** A table in memory, as it is written. */
export interface TableContent {
  /** Uint8 `[rows, 6]`: operators of the six edges of each row's architecture. */
  readonly architectures: Uint8Array<ArrayBuffer>;
  /** By name, float64 `[rows]`; NaN where nothing is known. */
  readonly columns: ReadonlyMap<string, Float64Array<ArrayBuffer>>;
  /** Where the numbers come from, for people, e.g. `source: nb201.csv.gz`. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** A table file, opened: columns are read when they are asked for. */
export interface BenchmarkTable {
  readonly path: string;
  readonly provenance: Readonly<Record<string, string>>;
  readonly columnNames: readonly string[];
  /** Rows, in the official order of the architectures. */
  readonly rows: number;
  /** Row of an architecture, by the operators of its six edges; undefined where it is missing. */
  rowOf(choices: readonly number[]): number | undefined;
  /** Operators of the six edges of a row's architecture. */
  choicesOf(row: number): readonly number[];
  /** Throws CollmError not-found for a column the table lacks. */
  column(name: string): Promise<Float64Array>;
  close(): Promise<void>;
}

/**
 * Writes a table: a safetensors file, which Python reads with one call as well. Metadata has its
 * format, version and provenance. An earlier file stays until the new one is complete.
 */
export async function writeTable(path: string, content: TableContent): Promise<void> {
  const rows = content.architectures.length / edges.length;
  const tensors = new Map<string, Tensor>([
    [
      architecturesName,
      { dtype: "uint8", shape: [rows, edges.length], data: content.architectures },
    ],
    ...[...content.columns].map(([name, data]): [string, Tensor] => [
      name,
      { dtype: "float64", shape: [rows], data },
    ]),
  ]);
  const metadata = { ...content.provenance, format: formatName, version: formatVersion };
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, encodeSafetensors(tensors, metadata), { flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * Opens a table. Throws `CheckpointFormatError` for a file that is no safetensors file and CollmError
 * invalid-argument for one that is no table of this version.
 */
export async function openTable(path: string): Promise<BenchmarkTable> {
  const source = await openSafetensors(path);
  try {
    const { format, version, ...provenance } = source.metadata;
    if (format !== formatName || version !== formatVersion) {
      throw new CollmError(
        "invalid-argument",
        `${path}: got ${format === undefined ? "a safetensors file of something else" : `${format} version ${version}`}, ` +
          `allowed is ${formatName} version ${formatVersion}; \`collm import nas-bench-201\` writes it`,
      );
    }
    const { data: architectures } = await source.read(architecturesName);
    if (!(architectures instanceof Uint8Array)) {
      throw new CollmError(
        "invalid-argument",
        `${path}: ${architecturesName} is not of type uint8`,
      );
    }
    const rows = architectures.length / edges.length;
    const rowByCode = indexRows(path, architectures);
    return {
      path,
      provenance,
      columnNames: source.names().filter((name) => name !== architecturesName),
      rows,
      rowOf: (choices) => {
        const row = rowByCode[codeOf(choices)];
        return row === undefined || row < 0 ? undefined : row;
      },
      choicesOf: (row) => [...architectures.subarray(row * edges.length, (row + 1) * edges.length)],
      column: async (name) => {
        if (source.info(name) === undefined) {
          throw new CollmError("not-found", `${path}: has no column ${name}`);
        }
        const { data } = await source.read(name);
        if (!(data instanceof Float64Array) || data.length !== rows) {
          throw new CollmError(
            "invalid-argument",
            `${path}: column ${name} is not ${rows} numbers of type float64`,
          );
        }
        return data;
      },
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Operators as the digits of one number. */
function codeOf(choices: readonly number[]): number {
  return edges.reduce((code, _, edge) => code * operators.length + (choices[edge] ?? 0), 0);
}

/** Row by code, -1 where there is none. */
function indexRows(path: string, architectures: Uint8Array): Int32Array {
  const rowByCode = new Int32Array(architectureCount).fill(-1);
  for (let row = 0; row * edges.length < architectures.length; row++) {
    const choices = [...architectures.subarray(row * edges.length, (row + 1) * edges.length)];
    if (choices.some((choice) => choice >= operators.length) || choices.length < edges.length) {
      throw new CollmError("invalid-argument", `${path}: row ${row} is no architecture`);
    }
    const code = codeOf(choices);
    if (rowByCode[code] !== -1) {
      throw new CollmError(
        "invalid-argument",
        `${path}: rows ${rowByCode[code]} and ${row} are of one architecture`,
      );
    }
    rowByCode[code] = row;
  }
  return rowByCode;
}
