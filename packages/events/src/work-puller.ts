import { setTimeout as delay } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import type { EvaluationOutcome, EvaluationRequest } from "@collm/search";
import type { Consumer } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { DeadLetters } from "./dead-letters.js";
import { SideBySide } from "./side-by-side.js";
import { findWork, type LeaseSettings, takeWork, type WorkLease } from "./work-lease.js";
import type { WorkMessage } from "./work-message.js";
import type { WorkStarts } from "./work-starts.js";

export interface PullSettings extends LeaseSettings {
  /** Evaluations at the same time. */
  readonly slots: number;
  /** How long one pull waits for work. */
  readonly waitMs: number;
  /**
   * Evaluators that may die on an evaluation, its first delivery apart, before it is given up; it may
   * fail as often.
   */
  readonly maxDeaths: number;
  /** First delay before work that could not be done here is delivered again; doubled each time. */
  readonly retryDelayMs: number;
}

export const defaultPullSettings = {
  beatMs: 10_000,
  // The least that the client allows: draining waits for the last pull.
  waitMs: 1_000,
  maxDeaths: 5,
  retryDelayMs: 1_000,
} as const satisfies Omit<PullSettings, "slots">;

export interface PullPorts {
  readonly deadLetters: DeadLetters;
  readonly starts: WorkStarts;
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

/** Whose work an evaluator takes. */
export interface PullSource {
  readonly pool: string;
  /** Evaluation contexts that it serves; others of the pool may serve others. */
  readonly contextDigests: readonly string[];
}

/** Failures of the moment or of this evaluator: another delivery may succeed. */
const transientCodes: ReadonlySet<string> = new Set([
  "unavailable",
  "resource-exhausted",
  "cancelled",
]);
const longestDelayMs = 60_000;
/** Longest delay of work of a context that is not served here: another evaluator may be there soon. */
const longestPassMs = 10_000;
/** The consumer may be made by a coordinator that starts just now. */
const problemPauseMs = 250;
/** How long what was given back may take to reach the server. */
const flushMs = 1_000;

/**
 * Takes work of a pool, as much at once as there are slots, and sees to it that every message ends as
 * one of three: its result is stored, it goes to another delivery, or it is a dead
 * letter with its reason. Work that may have killed its evaluator is done alone, so that what happens
 * to run beside it is not given up together with it.
 */
export class WorkPuller {
  readonly #connection: NatsConnection;
  readonly #source: PullSource;
  readonly #settings: PullSettings;
  readonly #ports: PullPorts;
  readonly #stop = new AbortController();
  readonly #abandon = new AbortController();
  readonly #loop: Promise<void>;
  readonly #underWay = new Set<Promise<void>>();
  readonly #sideBySide = new SideBySide();

  constructor(
    connection: NatsConnection,
    source: PullSource,
    settings: PullSettings,
    ports: PullPorts,
  ) {
    this.#connection = connection;
    this.#source = source;
    this.#settings = settings;
    this.#ports = ports;
    this.#loop = this.#pull();
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
    await this.#loop;
    await Promise.race([this.#connection.flush().catch(() => undefined), delay(flushMs)]);
  }

  async #pull(): Promise<void> {
    const { signal } = this.#stop;
    let consumer: Consumer | undefined;
    let problem: string | undefined;
    while (!signal.aborted) {
      try {
        await this.#freeSlot();
        // A delivery that is given back at once would still count as one.
        if (signal.aborted) return;
        consumer ??= await findWork(this.#connection, this.#source.pool);
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
      .catch((error: unknown) => {
        // NATS was away for long.
        this.#ports.onProblem(error);
        lease.giveBack(this.#settings.retryDelayMs);
      })
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #turn(lease: WorkLease): Promise<void> {
    const { deadLetters, starts } = this.#ports;
    const { work, deliveries } = lease;
    if (!work) {
      const message = "the message is no work of this version";
      return await lease.giveUp(deadLetters, {
        code: "invalid-argument",
        message,
        isRetryable: false,
      });
    }
    if (!this.#source.contextDigests.includes(work.contextDigest)) return this.#passOn(lease, work);
    const isSuspect = deliveries > 1 && (await starts.hasOpen(work));
    const attempt = async (): Promise<void> => {
      // It may have waited for its turn.
      if (this.#stop.signal.aborted) lease.giveBack(0);
      else if (isSuspect && (await this.#hasKilled(lease, work))) return;
      else await lease.inSpan(() => this.#attempt(lease, work));
    };
    return isSuspect
      ? await this.#sideBySide.alone(attempt)
      : await this.#sideBySide.together(attempt);
  }

  /** Leaves work to others of the pool, which is nothing against it. */
  #passOn(lease: WorkLease, { contextDigest }: WorkMessage): void {
    const { retryDelayMs } = this.#settings;
    lease.giveBack(Math.min(longestPassMs, retryDelayMs * 2 ** (lease.deliveries - 1)));
    const { pool } = this.#source;
    this.#ports.onProblem(
      new CollmError(
        "failed-precondition",
        `pool "${pool}": has work of evaluation context ${contextDigest}, which is not served here; left to others`,
      ),
    );
  }

  /** Gives up work on which too many evaluators died; false if it may be tried. */
  async #hasKilled(lease: WorkLease, work: WorkMessage): Promise<boolean> {
    const deaths = await this.#ports.starts.deaths(work);
    if (deaths < this.#settings.maxDeaths) return false;
    await this.#giveUp(lease, work, {
      code: "internal",
      message: `given up after ${deaths} evaluators died while they worked on it`,
      isRetryable: false,
    });
    return true;
  }

  async #attempt(lease: WorkLease, work: WorkMessage): Promise<void> {
    const { starts, evaluate } = this.#ports;
    const { maxDeaths, retryDelayMs } = this.#settings;
    const start = await starts.begin(work, { isNoted: lease.deliveries > 1 });
    const { epoch: _, ...request } = work;
    const outcome = await evaluate(request, {
      signal: this.#abandon.signal,
      onStarted: () => lease.begin(),
    });
    if (outcome.kind === "completed") {
      await lease.finish(outcome.isStored);
      return await this.#unlessLeaving(start.end());
    }
    const { code, message, isRetryable } = outcome;
    if (!transientCodes.has(code)) {
      await this.#giveUp(lease, work, { code, message, isRetryable });
      return await this.#unlessLeaving(start.end());
    }
    if (this.#stop.signal.aborted) {
      // Before somebody else has it, who would take this for a death.
      await this.#unlessLeaving(start.end());
      return lease.giveBack(0);
    }
    const failures = await start.fail();
    if (failures < maxDeaths) {
      return lease.giveBack(Math.min(longestDelayMs, retryDelayMs * 2 ** (failures - 1)));
    }
    await this.#giveUp(lease, work, {
      code: "internal",
      message: `given up after ${failures} failures; the last: ${message}`,
      isRetryable: true,
    });
  }

  async #giveUp(
    lease: WorkLease,
    work: WorkMessage,
    reason: { readonly code: string; readonly message: string; readonly isRetryable: boolean },
  ): Promise<void> {
    const { deadLetters, starts } = this.#ports;
    await lease.giveUp(deadLetters, reason);
    if (lease.deliveries > 1) await starts.forget(work);
  }

  /** Waits for what NATS shall hear; a process that is being stopped waits no longer than a moment. */
  async #unlessLeaving(telling: Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    const told = new AbortController();
    const leaving = new Promise<void>((resolve) => {
      const leave = (): void => void delay(flushMs).then(resolve);
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true, signal: told.signal });
    });
    await Promise.race([telling, leaving]);
    told.abort();
  }
}
