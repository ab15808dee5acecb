import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { damagedRecord, validPacked } from "./damaged-records.js";
import { type Outcome, tryRecord } from "./try-record.js";

export interface DamagedRecordsRun {
  readonly seed: number;
  readonly cases: number;
  /** Called after each record with how many are done. */
  readonly onProgress?: (done: number) => void;
}

/** Tries `cases` damaged records and gives the outcome of each. */
export async function runDamagedRecords(run: DamagedRecordsRun): Promise<readonly Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "collm-damaged-"));
  const outcomes: Outcome[] = [];
  exposeGarbageCollector();
  try {
    validPacked();
    for (let number = 0; number < run.cases; number++) {
      outcomes.push(await tryRecord(damagedRecord(run.seed, number), join(folder, "record")));
      run.onProgress?.(outcomes.length);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return outcomes;
}

/** Memory is measured from a clean start, which takes `gc`; the flag can still be set in a running process. */
function exposeGarbageCollector(): void {
  setFlagsFromString("--expose-gc");
  (globalThis as { gc?: unknown }).gc ??= runInNewContext("gc");
}
