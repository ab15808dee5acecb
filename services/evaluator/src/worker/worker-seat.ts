import type { Worker } from "node:worker_threads";
import { CollmError } from "@collm/errors";
import type { EvaluationCheckpoint } from "@collm/search";
import type { ExecuteOptions } from "../executor.js";
import type { FromWorker, Job, JobResult, ToWorker } from "./messages.js";
import { createStopFlag } from "./stop-flag.js";
import { SubnetMemory } from "./subnet-memory.js";

export interface JobOptions extends ExecuteOptions {
  /** Hears of the checkpoints that the job asks for. */
  readonly onCheckpoint?: ((checkpoint: EvaluationCheckpoint) => void) | undefined;
}

interface Running extends Pick<JobOptions, "onProgress" | "onCheckpoint"> {
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

/** How long a worker that was asked to end may take, in the middle of a batch at worst. */
const closeTimeoutMs = 10_000;

/**
 * One worker's place in the pool:
 *
 *     empty ──start──▶ starting ──"ready"──▶ idle ◀──▶ busy
 *       ▲                  │                   │         │
 *       └── died before ◀──┘                   └─ died ──┴──▶ a new worker starts at once
 *
 * A worker that dies while it starts is not replaced until the next job, so that code that cannot
 * be loaded does not start threads for ever.
 */
export class WorkerSeat {
  readonly #spawn: () => Worker;
  readonly #memory = new SubnetMemory();
  #worker: Worker | undefined;
  #running: Running | undefined;
  #started: Promise<void> | undefined;
  #isClosing = false;

  constructor(spawn: () => Worker) {
    this.#spawn = spawn;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when the worker is ready; rejects when it died before. */
  start(): Promise<void> {
    this.#started ??= new Promise((resolve, reject) => {
      const worker = this.#spawn();
      this.#worker = worker;
      let isReady = false;
      let cause: unknown;
      worker.on("message", (message: FromWorker) => {
        if (message.kind !== "ready") return this.#hear(message);
        isReady = true;
        resolve();
      });
      // "exit" follows "error".
      worker.on("error", (error) => {
        cause = error;
      });
      worker.on("messageerror", (error) => {
        cause = error;
        void worker.terminate();
      });
      worker.on("exit", (code) => {
        const error = deathOf(code, cause);
        this.#worker = undefined;
        this.#started = undefined;
        reject(error);
        this.#settle()?.reject(error);
        // Nobody waits for this start; the next job will see if it failed.
        if (isReady && !this.#isClosing) this.start().catch(() => undefined);
      });
    });
    return this.#started;
  }

  /** Runs a job; call it only while the seat is not busy. */
  run(job: Job, { signal, onProgress, onCheckpoint }: JobOptions): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      const flag = createStopFlag();
      const stop = (): void => flag.raise();
      const leave = (): void => signal.removeEventListener("abort", stop);
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      signal.addEventListener("abort", stop, { once: true });
      this.#running = {
        onProgress,
        onCheckpoint,
        resolve: (result) => {
          leave();
          resolve(result);
        },
        reject: (error) => {
          leave();
          reject(signal.aborted ? signal.reason : error);
        },
      };
      const message: ToWorker = {
        kind: "job",
        job: { ...job, subnet: this.#memory.write(job.subnet) },
        stopFlag: flag.memory,
      };
      this.start().then(
        () => this.#worker?.postMessage(message),
        (error) => this.#settle()?.reject(error),
      );
    });
  }

  /** Lets the worker finish its job and end; forces it after ten seconds. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.postMessage({ kind: "close" } satisfies ToWorker);
    const timer = setTimeout(() => void worker.terminate(), closeTimeoutMs);
    await ended;
    clearTimeout(timer);
  }

  #hear(message: Exclude<FromWorker, { kind: "ready" }>): void {
    switch (message.kind) {
      case "progress":
        this.#running?.onProgress?.(message.progress);
        return;
      case "checkpoint":
        this.#running?.onCheckpoint?.(message.checkpoint);
        return;
      case "result":
        this.#settle()?.resolve(message.result);
        return;
      case "failed":
        this.#settle()?.reject(new CollmError(message.code, message.message));
        return;
    }
  }

  /** Takes the job off the seat, so that it is answered once. */
  #settle(): Running | undefined {
    const running = this.#running;
    this.#running = undefined;
    return running;
  }
}

function deathOf(exitCode: number, cause: unknown): CollmError {
  const reason = cause instanceof Error ? cause.message : `exit code ${exitCode}`;
  return new CollmError("unavailable", `evaluation worker died: ${reason}`, { cause });
}
