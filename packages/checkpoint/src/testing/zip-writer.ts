import { crc32 } from "node:zlib";

/** An entry of an archive; fields beside name and bytes replace what would be written, for broken archives. */
export interface WrittenEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly method?: number;
  readonly crc32?: number;
  /** Uncompressed size in the directory. */
  readonly sizeBytes?: number;
  readonly compressedBytes?: number;
  /** Position of the local header in the directory. */
  readonly headerStart?: number;
  /** Extra field of the directory's record. */
  readonly extra?: Uint8Array;
}

/** How the end records deviate from the truth. */
export interface WrittenEnd {
  /** PyTorch always writes zip64 records. Default: true. */
  readonly zip64?: boolean;
  readonly entries?: number;
  readonly directoryBytes?: number;
  readonly directoryStart?: number;
}

/**
 * A zip archive of stored entries, laid out as PyTorch's: sizes follow an entry in a data descriptor, and
 * elements start at multiples of 64 bytes.
 */
export function encodeZip(entries: readonly WrittenEntry[], end: WrittenEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const records: Buffer[] = [];
  let position = 0;
  const append = (bytes: Buffer): void => {
    parts.push(bytes);
    position += bytes.length;
  };
  for (const entry of entries) {
    const start = position;
    append(localHeader(entry, start));
    append(Buffer.from(entry.bytes));
    append(dataDescriptor(entry));
    records.push(directoryRecord(entry, start));
  }
  const directory = Buffer.concat(records);
  const claims = {
    entries: end.entries ?? entries.length,
    bytes: end.directoryBytes ?? directory.length,
    start: end.directoryStart ?? position,
  };
  append(directory);
  return Buffer.concat([
    ...parts,
    ...(end.zip64 === false ? [] : zip64End(claims, position)),
    endRecord(claims),
  ]);
}

function localHeader({ name, bytes, method = 0 }: WrittenEntry, start: number): Buffer {
  const nameBytes = Buffer.from(name);
  const unpadded = start + 30 + nameBytes.length + 4;
  const padding = bytes.length === 0 ? 0 : (64 - (unpadded % 64)) % 64;
  const header = Buffer.alloc(30 + nameBytes.length + 4 + padding, "Z");
  header.fill(0, 0, 30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(0x0808, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(nameBytes.length, 26);
  header.writeUInt16LE(4 + padding, 28);
  nameBytes.copy(header, 30);
  header.write("FB", 30 + nameBytes.length, "latin1");
  header.writeUInt16LE(padding, 32 + nameBytes.length);
  return header;
}

function dataDescriptor(entry: WrittenEntry): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  writeSizes(descriptor, 4, entry);
  return descriptor;
}

function directoryRecord(entry: WrittenEntry, start: number): Buffer {
  const name = Buffer.from(entry.name);
  const extra = entry.extra ?? new Uint8Array();
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE(0x0808, 8);
  record.writeUInt16LE(entry.method ?? 0, 10);
  writeSizes(record, 16, entry);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(extra.length, 30);
  record.writeUInt32LE(entry.headerStart ?? start, 42);
  return Buffer.concat([record, name, extra]);
}

/** CRC-32, compressed and uncompressed size, 4 bytes each. */
function writeSizes(target: Buffer, at: number, entry: WrittenEntry): void {
  const { bytes } = entry;
  target.writeUInt32LE(entry.crc32 ?? crc32(bytes), at);
  target.writeUInt32LE(entry.compressedBytes ?? bytes.length, at + 4);
  target.writeUInt32LE(entry.sizeBytes ?? bytes.length, at + 8);
}

interface DirectoryClaims {
  readonly entries: number;
  readonly bytes: number;
  readonly start: number;
}

function zip64End({ entries, bytes, start }: DirectoryClaims, position: number): Buffer[] {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeUInt32LE(44, 4);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(position), 8);
  locator.writeUInt32LE(1, 16);
  return [record, locator];
}

function endRecord({ entries, bytes, start }: DirectoryClaims): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(Math.min(entries, 0xffff), 8);
  record.writeUInt16LE(Math.min(entries, 0xffff), 10);
  record.writeUInt32LE(Math.min(bytes, 0xffffffff), 12);
  record.writeUInt32LE(Math.min(start, 0xffffffff), 16);
  return record;
}
