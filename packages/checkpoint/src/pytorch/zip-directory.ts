import type { RandomAccessFile } from "../random-access-file.js";
import { findZipDirectory } from "./zip-end.js";

/**
 * The directory of a zip archive, for files as `torch.save` writes them: entries are stored as they
 * are, so that a tensor's bytes can be read in place.
 *
 *     local header 1, bytes of entry 1, local header 2, ...      at the start
 *     directory: one record for each entry                       46 bytes, name, extra fields, comment
 *     end records                                                see zip-end.ts
 *
 * The directory decides; local headers only say how long they are themselves. Entries that overlap and
 * names that come twice are refused: readers that disagree about them see different tensors.
 */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored as it is. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Of the uncompressed bytes; 0 as well where the writer left it out. */
  readonly crc32: number;
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  /** Position of the local header. */
  readonly headerStart: number;
  /** Position that the entry must not reach: of the next local header, or of the directory. */
  readonly limit: number;
  /** Position of the directory's record. */
  readonly recordStart: number;
}

const recordBytes = 46;
const recordSignature = 0x02014b50;
const localHeaderBytes = 30;
const localSignature = 0x04034b50;

/** Reads and checks the directory. Throws `CheckpointFormatError`. */
export async function readZipDirectory(
  file: RandomAccessFile,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { start, sizeBytes, entries } = await findZipDirectory(file);
  const view = new DataView(await file.read(start, sizeBytes, "the archive's directory"));
  const parsed: Omit<ZipEntry, "limit">[] = [];
  let at = 0;
  for (let i = 0; i < entries; i += 1) {
    const { entry, length } = parseRecord(file, view, at, start);
    parsed.push(entry);
    at += length;
  }
  if (at !== sizeBytes) {
    const found = `${entries} records of ${at} bytes in the archive's directory`;
    throw file.problem(start + at, found, `${sizeBytes} bytes`);
  }
  return withLimits(file, parsed, start);
}

/** Position of an entry's first byte. Throws for one that is compressed or does not lie where it should. */
export async function locateZipEntry(file: RandomAccessFile, entry: ZipEntry): Promise<number> {
  const { name, headerStart, limit } = entry;
  const header = new DataView(
    await file.read(headerStart, localHeaderBytes, `the header of ${name}`),
  );
  if (header.getUint32(0, true) !== localSignature) {
    throw file.problem(headerStart, "other bytes", `the header of entry ${name}`);
  }
  const nameBytes = header.getUint16(26, true);
  const extraBytes = header.getUint16(28, true);
  const start = headerStart + localHeaderBytes + nameBytes + extraBytes;
  if (start + entry.sizeBytes > limit) {
    const found = `entry ${name} up to byte ${start + entry.sizeBytes}`;
    throw file.problem(headerStart, found, `it to end before byte ${limit}`);
  }
  const nameStart = headerStart + localHeaderBytes;
  const localName = text(await file.read(nameStart, nameBytes, `the name of ${name}`));
  if (localName !== name) {
    throw file.problem(nameStart, `the header of entry ${localName}`, `that of ${name}`);
  }
  return start;
}

/** Throws for an entry that is not stored as it is. */
export function requireStored(file: RandomAccessFile, entry: ZipEntry): void {
  const { name, method, recordStart } = entry;
  if (entry.isEncrypted) {
    throw file.problem(recordStart, `entry ${name} encrypted`, "a file as torch.save writes it");
  }
  if (method !== 0 || entry.sizeBytes !== entry.compressedBytes) {
    const found = `entry ${name} compressed (method ${method}) from ${entry.sizeBytes} to ${entry.compressedBytes} bytes`;
    throw file.problem(recordStart, found, "entries stored as they are, as torch.save does");
  }
}

function parseRecord(
  file: RandomAccessFile,
  view: DataView,
  at: number,
  directoryStart: number,
): { readonly entry: Omit<ZipEntry, "limit">; readonly length: number } {
  const recordStart = directoryStart + at;
  const room = view.byteLength - at;
  if (room < recordBytes || view.getUint32(at, true) !== recordSignature) {
    throw file.problem(recordStart, "other bytes", "a record of the archive's directory");
  }
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  const length = recordBytes + nameBytes + extraBytes + view.getUint16(at + 32, true);
  if (length > room) {
    throw file.problem(recordStart, `a record of ${length} bytes`, `at most ${room}`);
  }
  const sizes = {
    sizeBytes: view.getUint32(at + 24, true),
    compressedBytes: view.getUint32(at + 20, true),
    headerStart: view.getUint32(at + 42, true),
  };
  const extra = new DataView(view.buffer, at + recordBytes + nameBytes, extraBytes);
  return {
    entry: {
      name: text(view.buffer.slice(at + recordBytes, at + recordBytes + nameBytes)),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      crc32: view.getUint32(at + 16, true),
      ...withZip64(sizes, extra),
      recordStart,
    },
    length,
  };
}

interface EntrySizes {
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  readonly headerStart: number;
}

/** Sizes of 4 GiB and more are written as 2^32 - 1 and follow in the extra field of id 1, 8 bytes each. */
function withZip64(sizes: EntrySizes, extra: DataView): EntrySizes {
  let at = 0;
  while (at + 4 <= extra.byteLength) {
    const id = extra.getUint16(at, true);
    const end = Math.min(at + 4 + extra.getUint16(at + 2, true), extra.byteLength);
    if (id === 1) {
      let next = at + 4;
      const real = (value: number): number => {
        if (value !== 0xffffffff || next + 8 > end) return value;
        next += 8;
        return Number(extra.getBigUint64(next - 8, true));
      };
      const sizeBytes = real(sizes.sizeBytes);
      const compressedBytes = real(sizes.compressedBytes);
      return { sizeBytes, compressedBytes, headerStart: real(sizes.headerStart) };
    }
    at = end;
  }
  return sizes;
}

/** Entries by name, once none is known to reach into another. */
function withLimits(
  file: RandomAccessFile,
  parsed: readonly Omit<ZipEntry, "limit">[],
  directoryStart: number,
): ReadonlyMap<string, ZipEntry> {
  const inOrder = parsed.toSorted((a, b) => a.headerStart - b.headerStart);
  const limits = new Map(
    inOrder.map((entry, i) => [entry, inOrder[i + 1]?.headerStart ?? directoryStart]),
  );
  const entries = new Map<string, ZipEntry>();
  for (const entry of parsed) {
    const { name, recordStart, headerStart, compressedBytes } = entry;
    const limit = limits.get(entry) as number;
    // The name is in the local header as well; extra fields may follow it.
    const end = headerStart + localHeaderBytes + Buffer.byteLength(name) + compressedBytes;
    if (end > limit) {
      const found = `entry ${name} from byte ${headerStart} up to ${end} or more`;
      throw file.problem(recordStart, found, `it to end before byte ${limit}`);
    }
    if (entries.has(name)) {
      throw file.problem(recordStart, `a second entry ${name}`, "one entry of each name");
    }
    entries.set(name, { ...entry, limit });
  }
  return entries;
}

function text(bytes: ArrayBufferLike): string {
  return Buffer.from(bytes).toString("utf8");
}
