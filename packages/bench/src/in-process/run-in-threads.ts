import type { Worker } from "node:worker_threads";
import { CollmError, type ErrorCode } from "@collm/errors";
import type { PlannedSearch, Target } from "../plan.js";
import type { SearchRecord } from "../record.js";
import type { FromWorker, ToWorker, WorkerSearch, WorkerSettings } from "./messages.js";
import { spawnWorker } from "./spawn-worker.js";

/** How a suite's open searches are run. */
export interface RunOptions {
  /** Searches at the same time. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Told what was found as soon as it is known. */
  readonly onRecords: (records: readonly SearchRecord[]) => Promise<void>;
}

/** Searches handed to a thread at once: few, as those under way are lost when the process dies. */
const searchesPerMessage = 4;

/**
 * Runs searches of tables in worker threads, each the next few that nobody has begun. A search
 * depends on its seed alone, so records are the same whatever the number of threads; only their
 * order is not.
 *
 * @throws the first failure of a search, and CollmError cancelled when the signal is aborted.
 */
export async function runInThreads(
  plan: readonly PlannedSearch[],
  { jobs, signal, onRecords }: RunOptions,
): Promise<void> {
  const { settings, searches } = forWorkers(plan);
  let begun = 0;
  const next = (): readonly WorkerSearch[] => {
    const few = searches.slice(begun, begun + searchesPerMessage);
    begun += few.length;
    return few;
  };
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const lane = async (): Promise<void> => {
    const worker = spawnWorker(settings);
    try {
      await nextMessage(worker, stop);
      for (let few = next(); few.length > 0; few = next()) {
        const answer = nextMessage(worker, stop);
        worker.postMessage({ kind: "run", searches: few } satisfies ToWorker);
        await onRecords(await answer);
      }
    } catch (error) {
      // The other threads need not finish what nobody will look at.
      failed.abort(error);
    } finally {
      await worker.terminate();
    }
  };
  const lanes = Math.min(jobs, Math.ceil(searches.length / searchesPerMessage));
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failed.signal.aborted) throw failed.signal.reason;
}

/** The records of the thread's next message; none when it says that it is ready. */
function nextMessage(worker: Worker, signal: AbortSignal): Promise<readonly SearchRecord[]> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      worker.off("error", fail).off("exit", onExit).off("message", onMessage);
      outcome();
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const onAbort = (): void => fail(new CollmError("cancelled", "stopped by the user"));
    const onExit = (code: number): void =>
      fail(new CollmError("internal", `a search thread ended early with code ${code}`));
    const onMessage = (message: FromWorker): void => {
      if (message.kind === "failed") {
        fail(new CollmError(message.code as ErrorCode, message.message));
      } else settle(() => resolve(message.kind === "finished" ? message.records : []));
    };
    worker.on("error", fail).on("exit", onExit).on("message", onMessage);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

/** The plan as a thread gets it: arms and targets once, searches as places in them. */
function forWorkers(plan: readonly PlannedSearch[]): {
  readonly settings: WorkerSettings;
  readonly searches: readonly WorkerSearch[];
} {
  const arms = [...new Set(plan.map(({ arm }) => arm))];
  const targets = [...new Set(plan.map(({ target }) => target))];
  return {
    settings: { arms, targets: targets.map(requireTable) },
    searches: plan.map(({ arm, target, seed, digest }) => ({
      arm: arms.indexOf(arm),
      target: targets.indexOf(target),
      seed,
      digest,
    })),
  };
}

function requireTable(target: Target): Extract<Target, { kind: "table" }> {
  if (target.kind === "table") return target;
  throw new RangeError(`runInThreads: ${target.name} has weights, only tables are searched here`);
}
