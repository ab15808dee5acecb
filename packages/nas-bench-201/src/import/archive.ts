import { stat } from "node:fs/promises";
import {
  describeValue,
  PickleDict,
  PickleObject,
  type PickleValue,
  type PickleWorld,
  readPickle,
  readSavedObject,
} from "@collm/checkpoint";
import { CollmError } from "@collm/errors";
import { Bzip2Source } from "../bzip2/source.js";
import { Fields, recordProblem } from "./fields.js";
import { checkOrder } from "./folder.js";
import type { ImportRun } from "./import-run.js";
import { officialOrder } from "./official-order.js";
import { badRecord } from "./outcome.js";
import { parseRecord } from "./parse-record.js";
import { benchmarkWorld, recordLimits } from "./pickle-world.js";
import type { ArchitectureRecord } from "./record.js";
import { rowOf } from "./table-row.js";

/** Bytes that a single file may unpack to, and as a multiple of its size; the official one has 4 times. */
const maxUnpackedBytes = 256 << 20;
const maxExpansion = 64;

/**
 * Imports the single file `NATS-tss-*.pickle.pbz2`, or a part of it: one pickle of a dict with
 * `meta_archs` and `arch2infos`, by index. Each record becomes a row as soon as it is read, so that few
 * are in memory. A record that refers to one far before it is refused, which no known file does.
 */
export async function importSingleFile(path: string, run: ImportRun): Promise<void> {
  const { size } = await stat(path);
  const source = new Bzip2Source(path, path, Math.max(maxUnpackedBytes, size * maxExpansion));
  const world = archiveWorld(path, "nats-bench", run);
  try {
    checkArchive(path, await readPickle(source, world, recordLimits), run);
  } finally {
    source.close();
  }
}

/** Imports an old `NAS-Bench-201-*.pth`, or a part of it, in the same way. */
export async function importPth(path: string, run: ImportRun): Promise<void> {
  const world = archiveWorld(path, "nas-bench-201", run);
  checkArchive(path, await readSavedObject(path, world, recordLimits), run);
}

/** What stands for a record that became a row or was refused. */
class SettledRecord extends PickleObject {
  readonly what = "a record that was read";
  readonly index: PickleValue | undefined;

  constructor(index: PickleValue | undefined) {
    super();
    this.index = index;
  }
}

/** The benchmark's world, which takes every record as soon as it is complete. */
function archiveWorld(
  path: string,
  origin: ArchitectureRecord["origin"],
  run: ImportRun,
): PickleWorld {
  const [first, last] = origin === "nats-bench" ? ["12", "200"] : ["less", "full"];
  const order = officialOrder();
  return {
    ...benchmarkWorld,
    settle: (dict) => {
      const schedule = dict.get(first ?? "");
      if (dict.size !== 2 || schedule === undefined || dict.get(last ?? "") === undefined) {
        return undefined;
      }
      if (run.signal?.aborted) throw new CollmError("cancelled", "the import was stopped");
      const given = schedule instanceof PickleDict ? schedule.get("arch_index") : undefined;
      const name = `${path}, architecture ${typeof given === "number" ? given : "without index"}`;
      try {
        const index = typeof given === "number" ? given : Number.NaN;
        const record = parseRecord(dict, { index, officialOrder: order, origin });
        if (run.rows.has(index)) {
          throw recordProblem("arch_index", `${index}`, "one that no record before has");
        }
        run.take({ kind: "row", row: rowOf(record) });
      } catch (error) {
        run.take({ kind: "bad", bad: badRecord(name, error) });
      }
      return new SettledRecord(given);
    },
  };
}

/** Checks what is around the records. */
function checkArchive(path: string, value: PickleValue, run: ImportRun): void {
  if (value instanceof SettledRecord) {
    throw new CollmError(
      "invalid-argument",
      `${path}: got the record of one architecture, allowed is the folder that it lies in`,
    );
  }
  const root = new Fields(value, "");
  checkOrder(root);
  for (const [key, record] of root.fields("arch2infos").dict.entries()) {
    const isRead = record instanceof SettledRecord;
    if (isRead && record.index === key) continue;
    if (isRead && typeof record.index === "number") run.rows.delete(record.index);
    const found = isRead ? `the record of ${record.index}` : describeValue(record);
    const name = typeof key === "number" ? `${key}` : describeValue(key);
    const source = `${path}, arch2infos[${name}]`;
    const message = `${source}: got ${found}, allowed is the record of ${name}`;
    run.take({ kind: "bad", bad: { source, message } });
  }
}
