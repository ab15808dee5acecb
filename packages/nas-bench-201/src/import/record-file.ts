import { type ByteSource, readPickle } from "@collm/checkpoint";
import { Bzip2Source } from "../bzip2/source.js";
import { officialOrder } from "./official-order.js";
import { parseRecord } from "./parse-record.js";
import { benchmarkWorld, recordLimits } from "./pickle-world.js";
import type { ArchitectureRecord } from "./record.js";

/** Bytes that a record may unpack to. Those with trained weights have some 100 MB, others 0.3 MB. */
const maxRecordBytes = 256 << 20;

/** One record of the folder. */
export interface RecordFile {
  readonly path: string;
  /** For messages. */
  readonly name: string;
  readonly index: number;
}

let order: readonly string[] | undefined;

/** Reads and checks one record. Throws what says what is wrong with it. */
export async function readRecordFile(file: RecordFile): Promise<ArchitectureRecord> {
  const source = new Bzip2Source(file.path, file.name, maxRecordBytes);
  try {
    return await readRecord(source, file.index);
  } finally {
    source.close();
  }
}

/** The same for bytes that are unpacked already. */
export async function readRecord(source: ByteSource, index: number): Promise<ArchitectureRecord> {
  order ??= officialOrder();
  const value = await readPickle(source, benchmarkWorld, recordLimits);
  return parseRecord(value, { index, officialOrder: order, origin: "nats-bench" });
}
