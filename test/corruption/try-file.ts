import { writeFile } from "node:fs/promises";
import { CheckpointFormatError, openTensorFile } from "@collm/checkpoint";
import type { CorruptedFile, CorruptionKind, Format } from "./corrupted-file.js";
import { PeakMemory } from "./peak-memory.js";

/** What became of a corrupted file. */
export interface Outcome {
  readonly format: Format;
  readonly kind: CorruptionKind;
  readonly result: "refused" | "read" | "failed";
  /** Of a file that failed: what was done to it, and what happened. */
  readonly failure?: string;
  readonly processorSeconds: number;
  readonly memoryMiB: number;
}

/** What a file may cost at most, in processor time and in memory beyond what the process had. */
const maxProcessorSeconds = 2;
const maxMemoryMiB = 64;

/** `FILE, byte 12: found ..., expected ...`, in one line that a terminal can show. */
const clearMessage = /^.+, byte \d+: found .+, expected .+$/;

/** Opens a corrupted file and reads all its tensors, as `collm` would, and judges what happens. */
export async function tryFile(file: CorruptedFile, path: string): Promise<Outcome> {
  const { format, kind, what, bytes, expected } = file;
  await writeFile(path, bytes);
  const memory = PeakMemory.start();
  const before = process.cpuUsage();
  const { result, message } = await readAll(path);
  const { user, system } = process.cpuUsage(before);
  const processorSeconds = (user + system) / 1e6;
  const memoryMiB = memory.growthMiB();

  const problems: string[] = [];
  if (result === "failed" || (expected !== "either" && result !== expected)) {
    problems.push(`${result}, expected ${expected}`);
  }
  if (result === "refused" && !(clearMessage.test(message) && message.length < 1000)) {
    problems.push("the message is not clear");
  }
  if (processorSeconds > maxProcessorSeconds) problems.push(`${processorSeconds} s`);
  if (memoryMiB > maxMemoryMiB) problems.push(`${memoryMiB.toFixed(0)} MiB`);
  if (problems.length === 0) return { format, kind, result, processorSeconds, memoryMiB };
  const failure = `${what}: ${problems.join("; ")}: ${message}`;
  return { format, kind, result: "failed", failure, processorSeconds, memoryMiB };
}

async function readAll(
  path: string,
): Promise<{ readonly result: Outcome["result"]; readonly message: string }> {
  try {
    const source = await openTensorFile(path);
    try {
      for (const name of source.names()) await source.read(name);
    } finally {
      await source.close();
    }
    return { result: "read", message: "no error" };
  } catch (error) {
    const result = error instanceof CheckpointFormatError ? "refused" : "failed";
    return { result, message: error instanceof Error ? error.message : String(error) };
  }
}
