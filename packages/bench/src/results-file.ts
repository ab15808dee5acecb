import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CollmError, checkValue, errnoOf, withFile } from "@collm/errors";
import { acquireWriterLock } from "@collm/journal";
import { type PlannedSearch, searchKey } from "./plan.js";
import { type SearchRecord, searchRecordSchema } from "./record.js";

/** The records of a suite's finished searches: JSON lines, only ever appended to. */
export interface ResultsFile {
  /** What it held when it was opened, without what a death left half written. */
  readonly records: readonly SearchRecord[];
  append(records: readonly SearchRecord[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens or creates `path` for the one process that writes it. A last line without its end is what a
 * death left behind: it is cut off and its search runs again.
 *
 * @throws CollmError data-loss for a line that is no record, failed-precondition while another
 *   process has the file.
 */
export async function openResultsFile(path: string): Promise<ResultsFile> {
  return await withFile("--out", path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const lock = await acquireWriterLock(`results ${path}`, `${path}.lock`);
    try {
      const { records, bytes } = await readResults(path);
      const file = await open(path, "a");
      await file.truncate(bytes);
      // Records of several threads come at the same time; lines must not mix.
      let lastAppend = Promise.resolve();
      return {
        records,
        append: async (added) => {
          if (added.length === 0) return;
          const lines = added.map((record) => `${JSON.stringify(record)}\n`).join("");
          lastAppend = lastAppend.then(() => file.appendFile(lines));
          await lastAppend;
        },
        close: async () => {
          await file.sync();
          await file.close();
          await lock.release();
        },
      };
    } catch (error) {
      await lock.release();
      throw error;
    }
  });
}

async function readResults(path: string): Promise<{ records: SearchRecord[]; bytes: number }> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  const records = lines.map((line, i) => readRecord(line, `${path}: line ${i + 1}`));
  return { records, bytes: Buffer.byteLength(whole) };
}

function readRecord(line: string, where: string): SearchRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new CollmError("data-loss", `${where}: got no JSON, allowed is a search's record`);
  }
  const checked = checkValue(searchRecordSchema, value);
  if (checked.kind === "valid") return checked.value;
  throw new CollmError("data-loss", `${where}: ${checked.problems.join("; ")}`);
}

/**
 * The records of planned searches, by `searchKey`. Records of other arms, targets and seeds are left
 * alone. Throws CollmError invalid-argument if a planned search was done with other settings.
 */
export function recordsOfPlan(
  plan: readonly PlannedSearch[],
  records: readonly SearchRecord[],
  directory: string,
): Map<string, SearchRecord> {
  const found = new Map(records.map((record) => [searchKey(record), record]));
  const ofPlan = new Map<string, SearchRecord>();
  for (const { arm, target, seed, digest } of plan) {
    const key = searchKey({ arm: arm.name, target: target.name, seed });
    const record = found.get(key);
    if (!record) continue;
    if (record.digest !== digest) {
      throw new CollmError(
        "invalid-argument",
        `--out: ${directory} holds a search of ${arm.name} on ${target.name} with other settings or another table, allowed is another directory`,
      );
    }
    ofPlan.set(key, record);
  }
  return ofPlan;
}
