import { writeFile } from "node:fs/promises";
import { type ByteSource, CheckpointFormatError } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import { readRecordFile } from "@collm/nas-bench-201";
import { encodePlain, plainRecord, readRecord, rowOf } from "@collm/nas-bench-201/testing";
import { PeakMemory } from "../corruption/peak-memory.js";
import { type DamagedRecord, type DamageKind, damagedIndex } from "./damaged-record.js";

/** What became of a damaged record. */
export interface Outcome {
  readonly kind: DamageKind;
  readonly result: "refused" | "read" | "failed";
  /** Of a record that failed: what was done to it, and what happened. */
  readonly failure?: string;
  readonly processorSeconds: number;
  readonly memoryMiB: number;
}

/** What a record may cost at most, in processor time and in memory beyond what the process had. */
const maxProcessorSeconds = 2;
const maxMemoryMiB = 128;

/** `FIELD: got VALUE, allowed is ...` or `FILE, byte 12: found ..., expected ...`, in one line. */
const clearMessage = /^[^\n]+: (got [^\n]+, allowed is|found [^\n]+, expected) [^\n]+$/;

/** Reads a damaged record as the import does, and judges what happens. */
export async function tryRecord(record: DamagedRecord, path: string): Promise<Outcome> {
  const { kind, what, expected } = record;
  if (record.form === "packed") await writeFile(path, record.bytes);
  const memory = PeakMemory.start();
  const before = process.cpuUsage();
  const { result, message, isUnchanged } = await read(record, path);
  const { user, system } = process.cpuUsage(before);
  const processorSeconds = (user + system) / 1e6;
  const memoryMiB = memory.growthMiB();

  const problems: string[] = [];
  const isRight =
    expected === "either" ||
    result === "refused" ||
    (expected === "harmless" && result === "read" && isUnchanged);
  if (result === "failed" || !isRight) problems.push(`${result}, expected ${expected}`);
  if (result === "refused" && !(clearMessage.test(message) && message.length < 500)) {
    problems.push("the message is not clear");
  }
  if (processorSeconds > maxProcessorSeconds) problems.push(`${processorSeconds} s`);
  if (memoryMiB > maxMemoryMiB) problems.push(`${memoryMiB.toFixed(0)} MiB`);
  if (problems.length === 0) return { kind, result, processorSeconds, memoryMiB };
  const failure = `${what}: ${problems.join("; ")}: ${message}`;
  return { kind, result: "failed", failure, processorSeconds, memoryMiB };
}

interface Reading {
  readonly result: Outcome["result"];
  readonly message: string;
  /** Whether the row is that of the undamaged record. */
  readonly isUnchanged: boolean;
}

async function read({ form, bytes }: DamagedRecord, path: string): Promise<Reading> {
  try {
    const file = { path, name: "000284.pickle.pbz2", index: damagedIndex };
    const record =
      form === "packed"
        ? await readRecordFile(file)
        : await readRecord(memorySource(bytes), damagedIndex);
    const isUnchanged = Buffer.from(rowOf(record).values.buffer).equals(await undamagedRow());
    return { result: "read", message: "no error", isUnchanged };
  } catch (error) {
    const isClear = error instanceof CollmError && error.code !== "internal";
    const message = error instanceof Error ? error.message : String(error);
    return { result: isClear ? "refused" : "failed", message, isUnchanged: false };
  }
}

let row: Buffer | undefined;

async function undamagedRow(): Promise<Buffer> {
  if (!row) {
    const bytes = encodePlain(plainRecord(damagedIndex));
    row = Buffer.from(rowOf(await readRecord(memorySource(bytes), damagedIndex)).values.buffer);
  }
  return row;
}

/** Unpacked bytes, given as a packed file gives them. */
function memorySource(bytes: Uint8Array): ByteSource {
  return {
    read: async (start, length) => new Uint8Array(bytes.subarray(start, start + length)).buffer,
    problem: (byteOffset, found, expected) =>
      new CheckpointFormatError({ file: "000284.pickle", byteOffset, found, expected }),
  };
}
