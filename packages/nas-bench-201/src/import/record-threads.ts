import { Worker } from "node:worker_threads";
import type { RecordOutcome } from "./outcome.js";
import type { RecordFile } from "./record-file.js";

const isSource = import.meta.url.endsWith(".ts");

/**
 * Reads records with several threads, since unpacking them takes nearly all the time. `take` gets
 * each outcome as soon as it is there, in any order. Ends early, without error, when the signal is
 * aborted; throws what a thread died of.
 */
export async function readRecords(
  files: readonly RecordFile[],
  threads: number,
  take: (file: RecordFile, outcome: RecordOutcome) => void,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = files.values();
  const count = Math.min(threads, files.length);
  const workers = Array.from({ length: count }, () => startWorker());
  const work = Promise.all(workers.map((worker) => readAll(worker, waiting, take)));
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) return;
    await Promise.race([work, stopped]);
  } finally {
    signal?.removeEventListener("abort", stop);
    work.catch(() => {});
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Gives one thread a record after the other until none is left. */
async function readAll(
  worker: Worker,
  waiting: Iterator<RecordFile>,
  take: (file: RecordFile, outcome: RecordOutcome) => void,
): Promise<void> {
  for (let next = waiting.next(); !next.done; next = waiting.next()) {
    const file = next.value;
    take(file, await answerOf(worker, file));
  }
}

function answerOf(worker: Worker, file: RecordFile): Promise<RecordOutcome> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      end();
    };
    const onMessage = (outcome: RecordOutcome): void => settle(() => resolve(outcome));
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`${file.name}: its thread ended with code ${code}`)));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(file);
  });
}

/**
 * A record takes some 10 MB, at the limits of what it may cost 100 MB. Without limits a thread collects
 * its garbage late, and with many cores that adds up.
 */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 } as const;

/**
 * From source a thread needs the resolve condition and the loader of development, and inherits
 * neither: `--import tsx` registers nothing outside a main thread.
 */
function startWorker(): Worker {
  const url = new URL(isSource ? "./record-worker.ts" : "./record-worker.js", import.meta.url);
  return new Worker(url, { resourceLimits, ...(isSource ? { execArgv: sourceArguments() } : {}) });
}

function sourceArguments(): string[] {
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const register = `import { register } from ${loader}; register();`;
  return [
    "--conditions=@collm/source",
    "--import",
    `data:text/javascript,${encodeURIComponent(register)}`,
  ];
}
