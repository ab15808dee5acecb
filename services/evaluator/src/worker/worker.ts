import { parentPort, workerData } from "node:worker_threads";
import { CollmError } from "@collm/errors";
import { measureSubnet, statisticsOf, throttleProgress } from "@collm/evaluation";
import { buildInferenceGraph } from "@collm/supernet";
import type { FromWorker, Job, JobResult, ToWorker, WorkerSettings } from "./messages.js";
import { stopSignalOf } from "./stop-flag.js";

/**
 * The thread that ONNX Runtime may block. It does one job at a time and keeps nothing between jobs.
 */
const { runtime } = workerData as WorkerSettings;
const port = parentPort;
if (!port) throw new Error("worker.ts runs in a worker thread only");

const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, [...transfer]);

port.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "job":
      void answer(message.job, message.stopFlag);
      return;
    case "close":
      // Nothing else keeps the thread alive, so it ends by itself.
      port.close();
      return;
  }
});
send({ kind: "ready" });

async function answer(job: Job, stopFlag: SharedArrayBuffer): Promise<void> {
  try {
    const result = await execute(job, stopFlag);
    send({ kind: "result", result }, result.kind === "exported" ? [result.model.buffer] : []);
  } catch (thrown) {
    const { code, message } = CollmError.from(thrown);
    send({ kind: "failed", code, message });
  }
}

async function execute(job: Job, stopFlag: SharedArrayBuffer): Promise<JobResult> {
  const options = {
    runtime,
    stop: stopSignalOf(stopFlag),
    onProgress: throttleProgress((progress) => send({ kind: "progress", progress })),
  };
  if (job.kind === "measure") {
    const measurement = await measureSubnet(job.subnet, job.measured, job.calibration, {
      ...options,
      checkpoints: job.checkpoints && {
        ...job.checkpoints,
        onCheckpoint: (checkpoint) => send({ kind: "checkpoint", checkpoint }),
      },
    });
    return { kind: "measured", measurement };
  }
  const statistics = await statisticsOf(job.subnet, job.calibration, options);
  // A copy of its own: the encoder's result may be part of a larger, pooled buffer.
  return { kind: "exported", model: new Uint8Array(buildInferenceGraph(job.subnet, statistics)) };
}
