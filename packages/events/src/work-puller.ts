import { setTimeout as delay } from "node:timers/promises";
import type { EvaluationOutcome, EvaluationRequest } from "@collm/search";
import type { Consumer } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { DeadLetters } from "./dead-letters.js";
import { findWork, type LeaseSettings, takeWork, type WorkLease } from "./work-lease.js";

export interface PullSettings extends LeaseSettings {
  /** Evaluations at the same time. */
  readonly slots: number;
  /** How long one pull waits for work. */
  readonly waitMs: number;
  /** First delay before work that could not be done here is delivered again; doubled each time. */
  readonly retryDelayMs: number;
}

export const defaultPullSettings = {
  beatMs: 10_000,
  waitMs: 5_000,
  retryDelayMs: 1_000,
} as const satisfies Omit<PullSettings, "slots">;

export interface PullPorts {
  readonly deadLetters: DeadLetters;
  /**
   * Evaluates and stores the result before it resolves. Never throws.
   *
   * @param onStarted called when measuring begins; not for a stored result.
   */
  evaluate(
    request: EvaluationRequest,
    options: { readonly signal: AbortSignal; readonly onStarted: () => void },
  ): Promise<EvaluationOutcome>;
  /** Told of what kept a pull from working; it is tried again. */
  onProblem(error: unknown): void;
}

/** Failures of the moment or of this evaluator: another delivery may succeed. */
const transientCodes: ReadonlySet<string> = new Set([
  "unavailable",
  "resource-exhausted",
  "cancelled",
]);
const longestDelayMs = 60_000;
/** The consumer may be made by a coordinator that starts just now. */
const problemPauseMs = 250;

/**
 * Takes work of the given contexts, as much at once as there are slots, and sees to it that every
 * message ends as one of three: its result is stored, it goes to another delivery, or it is a dead
 * letter with its reason.
 */
export class WorkPuller {
  readonly #connection: NatsConnection;
  readonly #settings: PullSettings;
  readonly #ports: PullPorts;
  readonly #stop = new AbortController();
  readonly #abandon = new AbortController();
  readonly #loops: readonly Promise<void>[];
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    connection: NatsConnection,
    contextDigests: readonly string[],
    settings: PullSettings,
    ports: PullPorts,
  ) {
    this.#connection = connection;
    this.#settings = settings;
    this.#ports = ports;
    this.#loops = contextDigests.map((contextDigest) => this.#pull(contextDigest));
  }

  /**
   * Takes no more work and finishes what is under way; after `graceMs` it is stopped between two
   * batches and given back, so that another evaluator goes on at once.
   */
  async drain(graceMs: number): Promise<void> {
    this.#stop.abort();
    const timer = setTimeout(() => this.#abandon.abort(new Error("draining")), graceMs);
    await Promise.all(this.#underWay);
    clearTimeout(timer);
    await Promise.all(this.#loops);
  }

  async #pull(contextDigest: string): Promise<void> {
    const { signal } = this.#stop;
    let consumer: Consumer | undefined;
    while (!signal.aborted) {
      try {
        await this.#freeSlot();
        consumer ??= await findWork(this.#connection, contextDigest);
        const lease = await takeWork(consumer, this.#connection, this.#settings, signal);
        if (!lease) continue;
        if (signal.aborted) lease.giveBack(0);
        else this.#take(lease);
      } catch (error) {
        if (signal.aborted) return;
        consumer = undefined;
        this.#ports.onProblem(error);
        await delay(problemPauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #freeSlot(): Promise<void> {
    while (this.#underWay.size >= this.#settings.slots && !this.#stop.signal.aborted) {
      await Promise.race(this.#underWay);
    }
  }

  #take(lease: WorkLease): void {
    const work = this.#work(lease)
      .catch((error: unknown) => this.#ports.onProblem(error))
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #work(lease: WorkLease): Promise<void> {
    const { deadLetters, evaluate } = this.#ports;
    const { work } = lease;
    if (!work) {
      const message = "the message is no work of this version";
      return await lease.giveUp(deadLetters, {
        code: "invalid-argument",
        message,
        isRetryable: false,
      });
    }
    const { epoch: _, ...request } = work;
    const outcome = await evaluate(request, {
      signal: this.#abandon.signal,
      onStarted: () => lease.begin(),
    });
    if (outcome.kind === "completed") return await lease.finish(outcome.isStored);
    const { code, message, isRetryable } = outcome;
    if (!transientCodes.has(code)) {
      return await lease.giveUp(deadLetters, { code, message, isRetryable });
    }
    const doubled = this.#settings.retryDelayMs * 2 ** (lease.deliveries - 1);
    lease.giveBack(this.#abandon.signal.aborted ? 0 : Math.min(longestDelayMs, doubled));
  }
}
