import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { readNpy } from "@collm/checkpoint";
import { graphNames } from "@collm/supernet";
import { TimedThreads } from "./timed-threads.js";

/** What `memory-process.ts` is told, as JSON in its only argument. */
export interface MemoryTask {
  readonly modelPath: string;
  readonly inputsPath: string;
  readonly workers: number;
  /** Threads of each worker's session. */
  readonly threads: number;
  readonly batchSize: number;
}

/** A process that runs a network for a moment and prints how much memory it took. */
const task = JSON.parse(process.argv[2] ?? "") as MemoryTask;
const baseBytes = process.memoryUsage.rss();
const { shape, data } = await readNpy(task.inputsPath);
const [count = 0, ...inputShape] = shape;
const threads = await TimedThreads.start(task.workers, {
  runtime: { executionProvider: "cpu", threads: task.threads },
  model: await readFile(task.modelPath),
  output: graphNames.logits,
  inputs: { count, elements: data, shape: inputShape },
  batchSize: task.batchSize,
});
await threads.time(1);
await threads.close();
process.stdout.write(JSON.stringify({ peakBytes: peakOfThisProcess(), baseBytes }));

/** Not getrusage's maximum, which begins with that of the process that started this one. */
function peakOfThisProcess(): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (peak === undefined) throw new Error("/proc/self/status: no VmHWM");
  return 1024 * Number(peak);
}
