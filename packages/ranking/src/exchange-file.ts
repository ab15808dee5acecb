import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { CollmError, checkValue, fileError } from "@collm/errors";
import { acquireWriterLock } from "@collm/journal";
import {
  type RankingSettings,
  settingsLine,
  settingsLineSchema,
  type TrialRecord,
  trialLine,
  trialLineSchema,
} from "./exchange-record.js";

/** Everything that was asked under some settings, as JSON lines. */
export interface ExchangeFile {
  readonly path: string;
  /** What the file held when it was opened, in the order written. */
  readonly records: readonly TrialRecord[];
  /** Resolves once the record is durable. */
  append(record: Omit<TrialRecord, "v" | "kind">): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the exchanges at `path`, or begins them. A torn last line, left by a crash, is cut off.
 * Throws `invalid-argument` where the file holds other settings, naming the first that differs;
 * `data-loss` naming a damaged line; `failed-precondition` while another process writes it.
 */
export async function openExchangeFile(
  path: string,
  settings: RankingSettings,
): Promise<ExchangeFile> {
  await mkdir(dirname(path), { recursive: true });
  const lock = await acquireWriterLock(`exchanges ${path}`, `${path}.lock`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    const bytes = await handle.readFile();
    const wholeBytes = bytes.lastIndexOf("\n") + 1;
    await handle.truncate(wholeBytes);
    const [first, ...lines] = bytes
      .subarray(0, wholeBytes)
      .toString("utf8")
      .split("\n")
      .slice(0, -1);
    if (first !== undefined) refuseOther(path, first, settings);
    const records = lines.map((line, i) => readRecord(path, i + 2, line));
    let position = wholeBytes;
    const write = async (text: string): Promise<void> => {
      const line = Buffer.from(text);
      await file.write(line, 0, line.length, position);
      position += line.length;
      await file.datasync();
    };
    const file = handle;
    if (first === undefined) await write(settingsLine(settings));
    let last: Promise<void> = Promise.resolve();
    return {
      path,
      records,
      append(record) {
        // One after the other; after a failed write the rest fails as well.
        last = last
          .then(() => write(trialLine(record)))
          .catch((error: unknown) => {
            throw fileError("exchanges", path, error);
          });
        return last;
      },
      async close() {
        await last.catch(() => undefined);
        await file.close();
        await lock.release();
      },
    };
  } catch (error) {
    await handle?.close();
    await lock.release();
    throw fileError("exchanges", path, error);
  }
}

function refuseOther(path: string, line: string, settings: RankingSettings): void {
  const there = checked(path, 1, line, settingsLineSchema).settings;
  for (const name of new Set([...Object.keys(settings), ...Object.keys(there)])) {
    if (settings[name] === there[name]) continue;
    throw new CollmError(
      "invalid-argument",
      `${path}: ${name}: got ${shown(settings[name])}, and the answers there were given for ${shown(there[name])}; name another directory`,
    );
  }
}

function shown(value: RankingSettings[string] | undefined): string {
  return value === undefined || value === null ? "nothing" : String(value);
}

function readRecord(path: string, number: number, line: string): TrialRecord {
  return checked(path, number, line, trialLineSchema);
}

function checked<T>(
  path: string,
  number: number,
  line: string,
  schema: Parameters<typeof checkValue<T>>[0],
): T {
  const read = checkValue(schema, parsed(line));
  if (read.kind === "valid") return read.value;
  throw new CollmError("data-loss", `${path}, line ${number}: ${read.problems[0]}`);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
