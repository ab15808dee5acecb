import { setTimeout as delay } from "node:timers/promises";
import type { EvaluationOutcome, EvaluationRequest } from "@collm/search";
import type { Consumer } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { DeadLetters } from "./dead-letters.js";
import { defaultQueueSettings } from "./provision.js";
import { SideBySide } from "./side-by-side.js";
import { findWork, type LeaseSettings, takeWork, type WorkLease } from "./work-lease.js";

export interface PullSettings extends LeaseSettings {
  /** Evaluations at the same time. */
  readonly slots: number;
  /** How long one pull waits for work. */
  readonly waitMs: number;
  /** Deliveries of one message that the queue allows. */
  readonly maxDeliver: number;
  /** First delay before work that could not be done here is delivered again; doubled each time. */
  readonly retryDelayMs: number;
}

export const defaultPullSettings = {
  beatMs: 10_000,
  // The least that the client allows: draining waits for the last pull.
  waitMs: 1_000,
  maxDeliver: defaultQueueSettings.maxDeliver,
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
  /** Told of what keeps pulls from working, once in a row; they are tried again. */
  onProblem(error: unknown): void;
}

/** Failures of the moment or of this evaluator: another delivery may succeed. */
const transientCodes: ReadonlySet<string> = new Set([
  "unavailable",
  "resource-exhausted",
  "cancelled",
]);
/**
 * Deliveries after which work is done alone: it may be what killed the evaluators that had it. Else what
 * happened to run beside it each time would be given up together with it.
 */
const trustedDeliveries = 2;
const longestDelayMs = 60_000;
/** The consumer may be made by a coordinator that starts just now. */
const problemPauseMs = 250;
/** How long what was given back may take to reach the server. */
const flushMs = 1_000;

/**
 * Takes work of the given contexts, as much at once as there are slots, and sees to it that every
 * message ends as one of three: its result is stored, it goes to another delivery, or it is a dead
 * letter with its reason. Work that was delivered often is done alone.
 */
export class WorkPuller {
  readonly #connection: NatsConnection;
  readonly #settings: PullSettings;
  readonly #ports: PullPorts;
  readonly #stop = new AbortController();
  readonly #abandon = new AbortController();
  readonly #loops: readonly Promise<void>[];
  readonly #underWay = new Set<Promise<void>>();
  readonly #sideBySide = new SideBySide();

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
   * Takes no more work and waits for what is under way, which may end as `unavailable`: then it is
   * given back and another evaluator goes on at once. After `graceMs` it is given back in any case.
   */
  async drain(graceMs: number): Promise<void> {
    this.#stop.abort();
    const timer = setTimeout(() => this.#abandon.abort(new Error("draining")), graceMs);
    await Promise.all(this.#underWay);
    clearTimeout(timer);
    await Promise.all(this.#loops);
    await Promise.race([this.#connection.flush().catch(() => undefined), delay(flushMs)]);
  }

  async #pull(contextDigest: string): Promise<void> {
    const { signal } = this.#stop;
    let consumer: Consumer | undefined;
    let problem: string | undefined;
    while (!signal.aborted) {
      try {
        await this.#freeSlot();
        // A delivery that is given back at once would still count as one.
        if (signal.aborted) return;
        consumer ??= await findWork(this.#connection, contextDigest);
        const lease = await takeWork(consumer, this.#connection, this.#settings, signal);
        problem = undefined;
        if (!lease) continue;
        if (signal.aborted) lease.giveBack(0);
        else this.#take(lease);
      } catch (error) {
        if (signal.aborted) return;
        consumer = undefined;
        // Told once, however long it lasts: nothing is wrong with an evaluator that waits for a coordinator.
        const told = problem;
        problem = String(error);
        if (problem !== told) this.#ports.onProblem(error);
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
    const work = this.#turn(lease)
      .catch((error: unknown) => this.#ports.onProblem(error))
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #turn(lease: WorkLease): Promise<void> {
    const begin = async (): Promise<void> => {
      // It may have waited for its turn.
      if (this.#stop.signal.aborted) await lease.handOver(this.#settings.maxDeliver);
      else await lease.inSpan(() => this.#work(lease));
    };
    return lease.deliveries > trustedDeliveries
      ? await this.#sideBySide.alone(begin)
      : await this.#sideBySide.together(begin);
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
    const { maxDeliver, retryDelayMs } = this.#settings;
    if (this.#stop.signal.aborted) return await lease.handOver(maxDeliver);
    lease.giveBack(Math.min(longestDelayMs, retryDelayMs * 2 ** (lease.deliveries - 1)));
  }
}
