import { parentPort } from "node:worker_threads";
import { outcomeOf } from "./outcome.js";
import { type RecordFile, readRecordFile } from "./record-file.js";
import { rowOf } from "./table-row.js";

/** A thread that reads one record at a time and answers with its row. */
const port = parentPort;
if (!port) throw new Error("record-worker.ts runs in a worker thread only");

port.on("message", async (file: RecordFile) => {
  const outcome = await outcomeOf(file.name, async () => rowOf(await readRecordFile(file)));
  port.postMessage(outcome, outcome.kind === "row" ? [outcome.row.values.buffer] : []);
});
