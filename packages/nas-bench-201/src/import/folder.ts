import { statSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { describeValue, PickleList, readPickle } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import { architectureCount } from "@collm/search-space";
import { Bzip2Source } from "../bzip2/source.js";
import { Fields, recordProblem } from "./fields.js";
import type { ImportRun } from "./import-run.js";
import { officialOrder } from "./official-order.js";
import { type FileStamp, PartialFile } from "./partial-file.js";
import { benchmarkWorld, recordLimits } from "./pickle-world.js";
import type { RecordFile } from "./record-file.js";
import { readRecords } from "./record-threads.js";

const metaName = "meta.pickle.pbz2";
const recordName = /^(\d{1,6})\.pickle\.pbz2$/;

/** Bytes that the list of architectures may unpack to; the official one has 1.5 MB. */
const maxMetaBytes = 16 << 20;

/**
 * Imports the official folder, or a part of it. Finished rows go to `partialPath`, which is gone on
 * with when it is there; the caller removes it once the table is written.
 */
export async function importFolder(
  folder: string,
  partialPath: string,
  run: ImportRun,
): Promise<PartialFile> {
  const names = await readdir(folder);
  const files = recordFiles(folder, names);
  if (files.length === 0) {
    throw new CollmError(
      "invalid-argument",
      `${folder}: has no record, allowed is a folder with files such as 000000.pickle.pbz2 ` +
        "(NATS-tss-v1_0-3ffb9-simple)",
    );
  }
  if (names.includes(metaName)) await checkMeta(join(folder, metaName));
  const partial = PartialFile.open(partialPath, await realpath(folder));
  try {
    await readAll(files, partial, run);
  } catch (error) {
    partial.close();
    throw error;
  }
  return partial;
}

async function readAll(
  files: readonly RecordFile[],
  partial: PartialFile,
  run: ImportRun,
): Promise<void> {
  run.expect(files.length);
  const stamps = new Map<number, FileStamp>();
  const unread: RecordFile[] = [];
  for (const file of files) {
    const status = statSync(file.path);
    const problem = problemOf(file, status.isFile());
    if (problem !== undefined) {
      run.take({ kind: "bad", bad: { source: file.name, message: `${file.name}: ${problem}` } });
      continue;
    }
    const stamp = { sizeBytes: status.size, mtimeMs: status.mtimeMs };
    const row = partial.finished(file.index, stamp);
    if (row) run.takeFinished(row);
    else unread.push(file);
    stamps.set(file.index, stamp);
  }
  await readRecords(
    unread,
    run.threads,
    (file, outcome) => {
      const stamp = stamps.get(file.index);
      if (outcome.kind === "row" && stamp) partial.append(outcome.row, stamp);
      run.take(outcome);
    },
    run.signal,
  );
}

function problemOf({ index }: RecordFile, isFile: boolean): string | undefined {
  if (!isFile) return "got a folder or a device, allowed is a file";
  if (index < architectureCount) return undefined;
  return `index: got ${index}, allowed is 0 to ${architectureCount - 1}`;
}

/** By index. A name without zeros counts where the one with six digits is missing, as officially. */
function recordFiles(folder: string, names: readonly string[]): readonly RecordFile[] {
  const byIndex = new Map<number, RecordFile>();
  for (const name of names) {
    const digits = recordName.exec(name)?.[1];
    if (digits === undefined) continue;
    const index = Number(digits);
    if (digits.length < 6 && byIndex.has(index)) continue;
    byIndex.set(index, { path: join(folder, name), name, index });
  }
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}

/** The list of architectures is always the same; another one means other indexes. */
async function checkMeta(path: string): Promise<void> {
  const source = new Bzip2Source(path, path, maxMetaBytes);
  try {
    const meta = new Fields(await readPickle(source, benchmarkWorld, recordLimits), path);
    checkOrder(meta);
  } finally {
    source.close();
  }
}

/** Fails unless `meta_archs` is the official list. */
export function checkOrder(meta: Fields): readonly string[] {
  const order = officialOrder();
  const given = meta.get("meta_archs");
  if (!(given instanceof PickleList) || given.items.length !== order.length) {
    throw recordProblem(meta.at("meta_archs"), describeValue(given), `a list of ${order.length}`);
  }
  const wrong = order.findIndex((official, index) => given.items[index] !== official);
  if (wrong >= 0) {
    const found = describeValue(given.items[wrong]);
    throw recordProblem(`${meta.at("meta_archs")}[${wrong}]`, found, order[wrong] ?? "");
  }
  return order;
}
