import type { RandomAccessFile } from "../random-access-file.js";

/** Where an archive's directory lies. */
export interface ZipDirectoryRange {
  readonly start: number;
  readonly sizeBytes: number;
  readonly entries: number;
}

const endBytes = 22;
const endSignature = 0x06054b50;
const locatorBytes = 20;
const locatorSignature = 0x07064b50;
const end64Bytes = 56;
const end64Signature = 0x06064b50;

/** Entries of one archive. Stops directories of millions of empty entries; SPOS with AdamW has 4,348. */
const maxEntries = 20_000;

/** Longest directory read. Stops one that fills a large file; a record takes some 80 bytes. */
const maxDirectoryBytes = 4 << 20;

/**
 * Finds the directory from the end of the file:
 *
 *     directory
 *     zip64 end record     56 bytes, always written by PyTorch
 *     zip64 locator        20 bytes, where the zip64 end record is
 *     end record           22 bytes, the last of the file
 *
 * No comment may follow (PyTorch writes none), so that there is one place to look at, and nothing may
 * lie between these parts.
 */
export async function findZipDirectory(file: RandomAccessFile): Promise<ZipDirectoryRange> {
  const endStart = file.sizeBytes - endBytes;
  if (endStart < 0) throw notAtTheEnd(file, 0);
  const end = new DataView(await file.read(endStart, endBytes, "the archive's end record"));
  if (end.getUint32(0, true) !== endSignature || end.getUint16(20, true) !== 0) {
    throw notAtTheEnd(file, endStart);
  }
  const plain = {
    entries: end.getUint16(10, true),
    sizeBytes: end.getUint32(12, true),
    start: end.getUint32(16, true),
  };
  const wide = await findZip64Directory(file, endStart);
  if (wide) {
    const agrees = (value: number, wideValue: number, all: number): boolean =>
      value === wideValue || value === all;
    if (
      !agrees(plain.entries, wide.range.entries, 0xffff) ||
      !agrees(plain.sizeBytes, wide.range.sizeBytes, 0xffffffff) ||
      !agrees(plain.start, wide.range.start, 0xffffffff)
    ) {
      throw file.problem(endStart, "two end records that differ", "the same directory in both");
    }
  }
  const range = wide?.range ?? plain;
  checkRange(file, range, wide?.recordStart ?? endStart);
  return range;
}

async function findZip64Directory(
  file: RandomAccessFile,
  endStart: number,
): Promise<{ readonly range: ZipDirectoryRange; readonly recordStart: number } | undefined> {
  const locatorStart = endStart - locatorBytes;
  const recordStart = locatorStart - end64Bytes;
  if (recordStart < 0) return undefined;
  const view = new DataView(
    await file.read(recordStart, end64Bytes + locatorBytes, "the archive's zip64 end record"),
  );
  if (view.getUint32(end64Bytes, true) !== locatorSignature) return undefined;
  const claimedStart = Number(view.getBigUint64(end64Bytes + 8, true));
  if (claimedStart !== recordStart || view.getUint32(0, true) !== end64Signature) {
    throw file.problem(
      locatorStart,
      `a zip64 end record at byte ${claimedStart}`,
      `one right before its locator, at byte ${recordStart}`,
    );
  }
  const range = {
    entries: Number(view.getBigUint64(32, true)),
    sizeBytes: Number(view.getBigUint64(40, true)),
    start: Number(view.getBigUint64(48, true)),
  };
  return { range, recordStart };
}

function checkRange(file: RandomAccessFile, range: ZipDirectoryRange, directoryEnd: number): void {
  const { start, sizeBytes, entries } = range;
  if (start + sizeBytes !== directoryEnd) {
    const found = `a directory of ${sizeBytes} bytes at byte ${start}`;
    throw file.problem(directoryEnd, found, `it to end here, at byte ${directoryEnd}`);
  }
  if (sizeBytes > maxDirectoryBytes || entries > maxEntries) {
    const found = `a directory of ${entries} entries in ${sizeBytes} bytes`;
    const expected = `at most ${maxEntries} entries in ${maxDirectoryBytes} bytes`;
    throw file.problem(start, found, expected);
  }
}

function notAtTheEnd(file: RandomAccessFile, byteOffset: number): Error {
  return file.problem(
    byteOffset,
    "no end record of a zip archive at the end of the file",
    "one (the file may be cut short)",
  );
}
