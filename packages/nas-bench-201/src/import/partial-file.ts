import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { CollmError, errnoOf } from "@collm/errors";
import { edges } from "@collm/search-space";
import { rowColumns } from "../columns.js";
import type { TableRow } from "./table-row.js";

/** What tells whether a record's file is still the one that was read. */
export interface FileStamp {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** Numbers before the values: index, size and time of the file, operators of the edges. */
const leading = 3 + edges.length;
const numbersBytes = (leading + rowColumns.length) * 8;
/** Numbers, then their CRC-32 in 8 bytes. */
const entryBytes = numbersBytes + 8;

interface Finished {
  readonly row: TableRow;
  readonly stamp: FileStamp;
}

interface Entries {
  readonly finished: ReadonlyMap<number, Finished>;
  /** Position after the last row that is whole. */
  readonly end: number;
}

/** First line of the file, with the folder. Other columns make other rows. */
const identity = {
  format: "collm-nas-bench-201-partial",
  version: 1,
  columns: crc32(rowColumns.join("\n")),
};

/**
 * Finished rows of a folder that is being imported, so that an import that was killed goes on:
 *
 *     one line of JSON, which names the folder and the columns
 *     for each row: index, size and time of its file, operators, values, CRC-32 (all little-endian)
 *
 * Rows are appended as they come. A torn one at the end, or one that is damaged, is cut off with
 * everything after it.
 */
export class PartialFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #finished: ReadonlyMap<number, Finished>;
  /** Where the next row goes. */
  #end: number;
  #isClosed = false;

  private constructor(path: string, descriptor: number, { finished, end }: Entries) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#finished = finished;
    this.#end = end;
  }

  /**
   * Opens the file, or begins one. Throws CollmError failed-precondition for one that was begun from
   * another folder.
   */
  static open(path: string, folder: string): PartialFile {
    const header = Buffer.from(`${JSON.stringify({ ...identity, folder })}\n`);
    const content = readIfThere(path);
    if (content.length === 0 || !content.includes(10)) {
      const descriptor = openSync(path, "w");
      writeSync(descriptor, header);
      return new PartialFile(path, descriptor, { finished: new Map(), end: header.length });
    }
    if (!content.subarray(0, header.length).equals(header)) {
      const first = content.subarray(0, Math.min(content.indexOf(10), 300)).toString();
      throw new CollmError(
        "failed-precondition",
        `${path}: was begun by another import (${first}), allowed is one of ${folder}; ` +
          "remove it or give another --output",
      );
    }
    const entries = readEntries(content, header.length);
    const descriptor = openSync(path, "r+");
    ftruncateSync(descriptor, entries.end);
    return new PartialFile(path, descriptor, entries);
  }

  /** The finished row of a file that has not changed since. */
  finished(index: number, { sizeBytes, mtimeMs }: FileStamp): TableRow | undefined {
    const found = this.#finished.get(index);
    const isSame = found?.stamp.sizeBytes === sizeBytes && found.stamp.mtimeMs === mtimeMs;
    return isSame ? found.row : undefined;
  }

  append(row: TableRow, { sizeBytes, mtimeMs }: FileStamp): void {
    const numbers = [row.index, sizeBytes, mtimeMs, ...row.choices, ...row.values];
    const entry = Buffer.alloc(entryBytes);
    numbers.forEach((number, i) => void entry.writeDoubleLE(number, i * 8));
    entry.writeUInt32LE(crc32(entry.subarray(0, numbersBytes)), numbersBytes);
    writeSync(this.#descriptor, entry, 0, entryBytes, this.#end);
    this.#end += entryBytes;
  }

  close(): void {
    if (!this.#isClosed) closeSync(this.#descriptor);
    this.#isClosed = true;
  }

  /** Closes and removes the file, once the table is written. */
  async remove(): Promise<void> {
    this.close();
    await rm(this.path, { force: true });
  }
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

function readEntries(content: Buffer, start: number): Entries {
  const finished = new Map<number, Finished>();
  let end = start;
  for (; end + entryBytes <= content.length; end += entryBytes) {
    const entry = content.subarray(end, end + entryBytes);
    const numbers = entry.subarray(0, numbersBytes);
    if (crc32(numbers) !== entry.readUInt32LE(numbersBytes)) break;
    const read = (position: number): number => numbers.readDoubleLE(position * 8);
    const values = Float64Array.from(rowColumns, (_, i) => read(leading + i));
    const choices = edges.map((_, edge) => read(3 + edge));
    const row = { index: read(0), choices, values };
    finished.set(row.index, { row, stamp: { sizeBytes: read(1), mtimeMs: read(2) } });
  }
  return { finished, end };
}
