import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { corruptedFile } from "./corrupted-files.js";
import type { Outcome } from "./try-file.js";

const worker = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** Silence after which a process counts as hung. A file takes two seconds at most, but others use the machine too. */
const hangSeconds = 120;

export interface CorruptionRun {
  readonly seed: number;
  readonly cases: number;
  /** Called after each file with how many are done. */
  readonly onProgress?: (done: number) => void;
}

/** Tries `cases` corrupted files and gives the outcome of each; a file that ends the process costs a new one. */
export async function runCorruption(run: CorruptionRun): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.length < run.cases) {
    const ending = await tryFrom(run, outcomes);
    if (outcomes.length < run.cases) outcomes.push(lost(run.seed, outcomes.length, ending));
  }
  return outcomes;
}

/** One process, from the first file without outcome until all are done or it ends; gives how it ended. */
async function tryFrom(run: CorruptionRun, outcomes: Outcome[]): Promise<string> {
  const args = [run.seed, outcomes.length, run.cases].map(String);
  const child: ChildProcess = fork(worker, args, {
    execArgv: ["--expose-gc", "--conditions=@collm/source", "--import", import.meta.resolve("tsx")],
  });
  let hasHung = false;
  const onHang = (): void => {
    hasHung = true;
    child.kill("SIGKILL");
  };
  let watchdog = setTimeout(onHang, hangSeconds * 1000);
  child.on("message", (message) => {
    const { outcome } = message as { readonly outcome: Outcome };
    outcomes.push(outcome);
    run.onProgress?.(outcomes.length);
    clearTimeout(watchdog);
    watchdog = setTimeout(onHang, hangSeconds * 1000);
  });
  return await new Promise((resolve) => {
    child.once("close", (code, signal) => {
      clearTimeout(watchdog);
      resolve(hasHung ? `no answer for ${hangSeconds} s` : `the process ended (${signal ?? code})`);
    });
  });
}

function lost(seed: number, number: number, ending: string): Outcome {
  const { format, kind, what } = corruptedFile(seed, number);
  const failure = `${what}: ${ending}`;
  return {
    format,
    kind,
    result: "failed",
    failure,
    processorSeconds: Number.NaN,
    memoryMiB: Number.NaN,
  };
}
