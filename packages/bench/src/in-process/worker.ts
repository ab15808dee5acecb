import { parentPort, workerData } from "node:worker_threads";
import { CollmError } from "@collm/errors";
import type { SearchRecord } from "../record.js";
import type { FromWorker, ToWorker, WorkerSearch, WorkerSettings } from "./messages.js";
import { runSearchInProcess } from "./run-search.js";
import { type OpenedTarget, openTarget } from "./table-target.js";

/** The thread that searches run in: it opens the tables once and keeps nothing else. */
const { arms, targets } = workerData as WorkerSettings;
const port = parentPort;
if (!port) throw new Error("worker.ts runs in a worker thread only");

const send = (message: FromWorker): void => port.postMessage(message);
const opened: Promise<OpenedTarget>[] = targets.map(openTarget);

port.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "run":
      void answer(async () => ({ kind: "finished", records: await runAll(message.searches) }));
      return;
    case "close":
      // Nothing else keeps the thread alive, so it ends by itself.
      port.close();
      return;
  }
});
void answer(async () => {
  await Promise.all(opened);
  return { kind: "ready" };
});

async function answer(work: () => Promise<FromWorker>): Promise<void> {
  try {
    send(await work());
  } catch (thrown) {
    const { code, message } = CollmError.from(thrown);
    send({ kind: "failed", code, message });
  }
}

async function runAll(searches: readonly WorkerSearch[]): Promise<SearchRecord[]> {
  const records: SearchRecord[] = [];
  for (const search of searches) {
    const arm = arms[search.arm];
    const target = await opened[search.target];
    if (!arm || !target) throw new RangeError("worker: no such arm or target");
    const { seed, digest } = search;
    const key = { arm: arm.name, target: target.name, seed, digest };
    records.push(await runSearchInProcess(key, arm, target));
  }
  return records;
}
