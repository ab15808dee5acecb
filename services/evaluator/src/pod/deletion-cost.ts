import type { PodEnv } from "@collm/config";
import { CollmError } from "@collm/errors";
import type { QueueLoad } from "../evaluation-queue.js";
import { annotatePod } from "./annotate-pod.js";

/** Of ready pods, those whose number is smaller are deleted first when there are fewer replicas. */
const annotation = "controller.kubernetes.io/pod-deletion-cost";

const costs = { idle: "0", busy: "1" } as const;
type Cost = keyof typeof costs;

/** What it logs; `Logger` of @collm/telemetry has it. */
interface Log {
  info(text: string): void;
  warn(text: string): void;
}

export interface DeletionCostOptions {
  readonly pod: PodEnv;
  readonly log: Log;
  /** How long an evaluator has nothing to do before it counts as idle, so that the gap between two evaluations is none. Default 10,000 ms. */
  readonly idleAfterMs?: number;
  /** How long after a failure it is tried again; doubled with each failure up to a minute. Default 1,000 ms. */
  readonly retryMs?: number;
  /** How long one attempt may take. Default 5,000 ms. */
  readonly timeoutMs?: number;
}

/** Longest wait after a failure, in milliseconds. */
const maxRetryMs = 60_000;

/**
 * Keeps the deletion cost of its own pod current, so that scaling in takes idle evaluators first: a
 * busy one's is set at once, an idle one's after a while. One request at a time, and only if the cost
 * is another one than was written. What fails is logged once until it works again, tried again, and
 * disturbs nobody.
 */
export class DeletionCost {
  readonly #options: Required<DeletionCostOptions>;
  #wanted: Cost = "idle";
  /** Undefined where it is not known: at the start, and after a failure. */
  #written: Cost | undefined;
  #isBusyNow = false;
  #isWriting = false;
  #failures = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Writes at once that the pod is idle: its container may have been started again. */
  constructor(options: DeletionCostOptions) {
    this.#options = { idleAfterMs: 10_000, retryMs: 1_000, timeoutMs: 5_000, ...options };
    void this.#write();
  }

  /** Told whenever the evaluator has more or less to do. Never throws and waits for nothing. */
  readonly loadChanged = ({ running, waiting }: QueueLoad): void => {
    const isBusy = running + waiting > 0;
    if (this.#isClosed || isBusy === this.#isBusyNow) return;
    this.#isBusyNow = isBusy;
    clearTimeout(this.#idleTimer);
    if (isBusy) this.#want("busy");
    else this.#idleTimer = setTimeout(() => this.#want("idle"), this.#options.idleAfterMs).unref();
  };

  /** Writes no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#retryTimer);
  }

  #want(cost: Cost): void {
    this.#wanted = cost;
    // After a failure the next attempt has its time.
    if (this.#retryTimer === undefined) void this.#write();
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    const { pod, timeoutMs } = this.#options;
    try {
      while (!this.#isClosed && this.#written !== this.#wanted) {
        const cost = this.#wanted;
        await annotatePod(pod, { [annotation]: costs[cost] }, timeoutMs);
        this.#written = cost;
        this.#worked();
      }
    } catch (error) {
      this.#failed(CollmError.from(error).message);
    } finally {
      this.#isWriting = false;
    }
  }

  #worked(): void {
    if (this.#failures > 0) this.#options.log.info("pod deletion cost: works again");
    this.#failures = 0;
  }

  #failed(reason: string): void {
    this.#written = undefined;
    if (this.#isClosed) return;
    const { log, retryMs } = this.#options;
    if (this.#failures === 0) {
      log.warn(`pod deletion cost: ${reason}; busy evaluators may be deleted before idle ones`);
    }
    const waitMs = Math.min(maxRetryMs, retryMs * 2 ** this.#failures);
    this.#failures++;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      void this.#write();
    }, waitMs).unref();
  }
}
