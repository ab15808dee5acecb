import { CollmError } from "@collm/errors";
import type { Job, JobResult, WorkerSettings } from "./messages.js";
import { type SpawnWorker, spawnWorker } from "./spawn-worker.js";
import { type JobOptions, WorkerSeat } from "./worker-seat.js";

export interface PoolOptions extends WorkerSettings {
  readonly workers: number;
  /** Default: the worker thread of this package. */
  readonly spawn?: SpawnWorker;
}

/**
 * A fixed number of worker threads that run jobs, one each. ONNX Runtime blocks the thread it runs
 * on; in workers it blocks nothing else, and two workers with one thread each are faster than one
 * with two. The pool has no queue: never give it more jobs than workers at once.
 */
export class WorkerPool {
  readonly #seats: readonly WorkerSeat[];

  private constructor(seats: readonly WorkerSeat[]) {
    this.#seats = seats;
  }

  /** Starts all workers; throws `internal` when one cannot start. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const spawn = options.spawn ?? spawnWorker;
    const seats = Array.from(
      { length: options.workers },
      () => new WorkerSeat(() => spawn({ runtime: options.runtime })),
    );
    const pool = new WorkerPool(seats);
    try {
      await Promise.all(seats.map((seat) => seat.start()));
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /**
   * Runs a job. When the signal aborts, the job ends between two batches and the promise rejects
   * then. Throws `unavailable` when the worker dies.
   */
  async run(job: Job, options: JobOptions): Promise<JobResult> {
    const seat = this.#seats.find((candidate) => !candidate.isBusy);
    if (!seat) {
      throw new CollmError("internal", `worker pool: all ${this.#seats.length} workers are busy`);
    }
    return await seat.run(job, options);
  }

  /** Lets every worker finish its job and end. */
  async close(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => seat.close()));
  }
}
