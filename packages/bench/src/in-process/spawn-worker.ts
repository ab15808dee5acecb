import { Worker } from "node:worker_threads";
import type { WorkerSettings } from "./messages.js";

const isSource = import.meta.url.endsWith(".ts");

/**
 * Starts `worker.ts`, or `worker.js` once compiled. From source the thread needs the resolve
 * condition and the loader of development, and cannot inherit them: under vitest the process has
 * neither, and `--import tsx` registers nothing outside a main thread.
 */
export function spawnWorker(settings: WorkerSettings): Worker {
  return new Worker(new URL(isSource ? "./worker.ts" : "./worker.js", import.meta.url), {
    workerData: settings,
    ...(isSource ? { execArgv: sourceArguments() } : {}),
  });
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
