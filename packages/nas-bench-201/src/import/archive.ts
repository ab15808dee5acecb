import { stat } from "node:fs/promises";
import { describeValue, type PickleValue, readPickle, readSavedObject } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import { Bzip2Source } from "../bzip2/source.js";
import { Fields, recordProblem } from "./fields.js";
import { checkOrder } from "./folder.js";
import type { ImportRun } from "./import-run.js";
import { outcomeOf } from "./outcome.js";
import { isRecord, parseRecord } from "./parse-record.js";
import { archiveLimits, benchmarkWorld } from "./pickle-world.js";
import type { ArchitectureRecord } from "./record.js";
import { rowOf } from "./table-row.js";

/** Bytes of a file of many records that is read. Python's pickles share objects across all records. */
const maxPackedBytes = 16 << 20;
const maxUnpackedBytes = 64 << 20;

/** Imports the single file `NATS-tss-*.pickle.pbz2`, or a part of it, in one piece. */
export async function importSingleFile(path: string, run: ImportRun): Promise<void> {
  await requireSize(path, maxPackedBytes);
  const source = new Bzip2Source(path, path, maxUnpackedBytes);
  try {
    const value = await readPickle(source, benchmarkWorld, archiveLimits);
    await takeRecords(path, value, "nats-bench", run);
  } finally {
    source.close();
  }
}

/** Imports an old `NAS-Bench-201-*.pth`, or a part of it, in one piece. */
export async function importPth(path: string, run: ImportRun): Promise<void> {
  await requireSize(path, maxUnpackedBytes);
  const value = await readSavedObject(path, benchmarkWorld, archiveLimits);
  await takeRecords(path, value, "nas-bench-201", run);
}

async function requireSize(path: string, maxBytes: number): Promise<void> {
  const { size } = await stat(path);
  if (size <= maxBytes) return;
  const [got, allowed] = [size, maxBytes].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`);
  throw new CollmError(
    "failed-precondition",
    `${path}: got ${got}, allowed is ${allowed}: any architecture of this file may refer to any other, ` +
      "so that all of them would have to be in memory at once (tens of GB); " +
      "import the folder NATS-tss-v1_0-3ffb9-simple instead, which has the same results",
  );
}

async function takeRecords(
  path: string,
  value: PickleValue,
  origin: ArchitectureRecord["origin"],
  run: ImportRun,
): Promise<void> {
  if (isRecord(value)) {
    throw new CollmError(
      "invalid-argument",
      `${path}: got the record of one architecture, allowed is the folder that it lies in`,
    );
  }
  const root = new Fields(value, "");
  const order = checkOrder(root);
  const records = [...root.fields("arch2infos").dict.entries()];
  run.expect(records.length);
  for (const [index, record] of records) {
    if (typeof index !== "number") {
      throw recordProblem("a key of arch2infos", describeValue(index), "a whole number");
    }
    run.take(
      await outcomeOf(`${path}, architecture ${index}`, () =>
        rowOf(parseRecord(record, { index, officialOrder: order, origin })),
      ),
    );
  }
}
