import { setTimeout as delay } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import {
  createDeadLetters,
  createKvEvaluationStore,
  type DeadLetters,
  decodeLetter,
  findQueued,
  hearNotes,
  readEvaluation,
  withdrawWork,
} from "@collm/events";
import type {
  EvaluationDispatcher,
  EvaluationOutcome,
  EvaluationRequest,
  EvaluationResult,
  EvaluationStore,
  StopRequest,
} from "@collm/search";
import type { KV } from "@nats-io/kv";
import { context } from "@opentelemetry/api";
import { outcomeOf, tookTooLong } from "./letter-outcomes.js";
import { Lookout, type Watched } from "./lookout.js";
import type { Waiter } from "./waiter.js";
import { WorkPools, type WorkPoolsOptions } from "./work-pools.js";

export interface QueueDispatcherOptions extends WorkPoolsOptions {
  readonly evaluations: KV;
  readonly deadLetters: KV;
  /** How long one evaluation may take, waiting in the queue included. */
  readonly timeoutMs: number;
  /** How long a search waits while no evaluator can do its work. */
  readonly unavailableForMs: number;
}

export interface QueueDispatcher extends EvaluationDispatcher {
  close(): Promise<void>;
}

/** How often a queue that is full or a server that is away is asked again. */
const heldBackPauseMs = 500;
/** A note says sooner whether a result was stored before; the store says it later, without. */
const noteGraceMs = 250;
/** How often it is looked whether somebody can do the work; a round of the lookout. */
const lookAroundMs = 1_000;

/**
 * Evaluations through the work queue. What is asked for is waited for in two places that lose
 * nothing, the store and the dead letters; notes of evaluators only say it sooner.
 *
 * One message stands for a content key, whoever waits for its result. A search that leaves without
 * one takes the message along, unless somebody else here waits for it or measuring has begun; a
 * coordinator that misses a message publishes it again.
 */
export async function createQueueDispatcher(
  options: QueueDispatcherOptions,
): Promise<QueueDispatcher> {
  const dispatcher = new Dispatcher(options);
  await dispatcher.listen();
  return dispatcher;
}

class Dispatcher implements QueueDispatcher {
  readonly #options: QueueDispatcherOptions;
  readonly #store: EvaluationStore;
  readonly #letters: DeadLetters;
  readonly #waiting = new Set<Waiter>();
  readonly #lookout: Lookout;
  readonly #pools: WorkPools;
  readonly #stops: (() => void)[] = [];
  readonly #withdrawals = new Set<Promise<void>>();

  constructor(options: QueueDispatcherOptions) {
    this.#options = options;
    this.#store = createKvEvaluationStore(options.evaluations);
    this.#letters = createDeadLetters(options.deadLetters);
    this.#pools = new WorkPools(options);
    this.#lookout = new Lookout(Math.min(lookAroundMs, options.unavailableForMs));
  }

  async listen(): Promise<void> {
    const { connection, evaluations, deadLetters } = this.#options;
    const notes = hearNotes(connection, (note) => {
      for (const waiter of this.#of(note.key)) {
        if (note.kind === "started") waiter.onStarted();
        else waiter.onResult(note.isStored);
      }
    });
    const results = await evaluations.watch({ include: "updates" });
    const letters = await deadLetters.watch({ include: "updates" });
    this.#stops.push(
      notes.stop,
      () => results.stop(),
      () => letters.stop(),
      () => this.#lookout.close(),
    );
    void (async () => {
      for await (const { type } of connection.status()) {
        if (type === "reconnect") this.#lookout.hurry();
      }
    })().catch(() => undefined);
    void (async () => {
      for await (const entry of results) {
        if (entry.operation !== "PUT") continue;
        const { key, result } = readEvaluation(entry);
        for (const waiter of this.#of(key)) waiter.onResult(undefined, result);
      }
    })().catch(() => undefined);
    void (async () => {
      for await (const entry of letters) {
        const letter = entry.operation === "PUT" ? decodeLetter(entry.string()) : undefined;
        if (letter) for (const waiter of this.#of(letter.key)) waiter.onLetter(letter);
      }
    })().catch(() => undefined);
  }

  async evaluate(
    request: EvaluationRequest,
    signal: AbortSignal,
    onStarted: () => void,
  ): Promise<EvaluationOutcome> {
    signal.throwIfAborted();
    const over = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      const leave = (): void => {
        reject(signal.reason);
        over.abort(signal.reason);
      };
      signal.addEventListener("abort", leave, { signal: over.signal });
    });
    try {
      return await Promise.race([this.#obtain(request, onStarted, over.signal), aborted]);
    } finally {
      over.abort();
    }
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await Promise.all(this.#withdrawals);
  }

  async #obtain(
    request: EvaluationRequest,
    onStarted: () => void,
    over: AbortSignal,
  ): Promise<EvaluationOutcome> {
    const { searchId, candidateId, supernet, canonical, contextDigest, key } = request;
    const earlier = await this.#letters.read(key);
    const epoch = earlier ? earlier.epoch + 1 : 0;
    let settle: (outcome: EvaluationOutcome | CollmError) => void = () => undefined;
    const settled = new Promise<EvaluationOutcome>((resolve, reject) => {
      settle = (outcome) => (outcome instanceof CollmError ? reject(outcome) : resolve(outcome));
    });
    // Nobody may be waiting for it any more.
    settled.catch(() => undefined);
    let known: EvaluationResult | undefined;
    const complete = async (isStored: boolean): Promise<void> => {
      known ??= await this.#store.read(key);
      if (known) settle({ kind: "completed", result: known, isStored });
    };
    const waiter: Waiter = {
      work: { searchId, candidateId, supernet, canonical, contextDigest, key, epoch },
      sequence: undefined,
      isStarted: false,
      onStarted: () => {
        waiter.isStarted = true;
        if (!over.aborted) onStarted();
      },
      onResult: (isStored, result) => {
        known ??= result;
        const grace = isStored === undefined ? noteGraceMs : 0;
        void delay(grace)
          .then(() => complete(isStored ?? false))
          .catch((error: unknown) => settle(CollmError.from(error)));
      },
      onLetter: (letter) => {
        if (letter.epoch >= epoch) settle(outcomeOf(letter));
      },
    };
    over.addEventListener("abort", () => settle(new CollmError("cancelled", "nobody waits")), {
      once: true,
    });
    const watched = this.#watched(waiter, (error) => settle(CollmError.from(error)));
    this.#waiting.add(waiter);
    let isDone = false;
    try {
      await this.#queue(waiter, over);
      if (!over.aborted) this.#lookout.add(watched);
      const outcome = await settled;
      isDone = outcome.kind === "completed";
      return outcome;
    } finally {
      this.#waiting.delete(waiter);
      this.#lookout.remove(watched);
      if (!isDone && !isHandedOver(over.reason)) this.#withdraw(waiter);
    }
  }

  /** Takes the waiter's message out of the queue if nobody here needs it and nobody works on it. */
  #withdraw({ sequence, isStarted, work }: Waiter): void {
    if (sequence === undefined || isStarted || this.#of(work.key).length > 0) return;
    const withdrawal = withdrawWork(this.#options.connection, sequence)
      // Then somebody does it for nobody.
      .catch(() => undefined)
      .finally(() => this.#withdrawals.delete(withdrawal));
    this.#withdrawals.add(withdrawal);
  }

  /** Puts the work into the queue, however long it is full or NATS away; evaluators have their own patience. */
  async #queue(waiter: Waiter, over: AbortSignal): Promise<void> {
    const { timeoutMs } = this.#options;
    const since = performance.now();
    for (;;) {
      over.throwIfAborted();
      const published = await this.#pools.publish(waiter.work);
      if (published.kind !== "held-back") {
        waiter.sequence = published.sequence;
        if (published.kind === "duplicate") await this.#requeue(waiter);
        return;
      }
      if (performance.now() - since > timeoutMs) {
        throw new CollmError("unavailable", `work queue: ${published.reason}`);
      }
      await delay(heldBackPauseMs, undefined, { signal: over });
    }
  }

  /**
   * Publishes the work once more if its message is gone and nothing came of it, since another search took
   * it along or the queue was emptied; also if it lies where nobody serves it any more.
   */
  async #requeue(waiter: Waiter): Promise<void> {
    const { connection } = this.#options;
    const { key, epoch, contextDigest } = waiter.work;
    while (waiter.sequence !== undefined) {
      const { sequence } = waiter;
      const pool = await findQueued(connection, sequence);
      if (pool !== undefined && !this.#pools.isDeserted(pool, contextDigest)) return;
      const letter = await this.#letters.read(key);
      if ((await this.#store.read(key)) || (letter && letter.epoch >= epoch)) return;
      if (pool !== undefined) await withdrawWork(connection, sequence);
      const published = await this.#pools.publish(waiter.work, sequence);
      // The next look tries again.
      if (published.kind === "held-back") return;
      waiter.sequence = published.sequence;
    }
  }

  /**
   * The second line: what a watch missed while the connection was cut is found in store and dead
   * letters, work that is no longer queued is queued again, and a queue that nobody pulls from is an
   * error in the end.
   */
  #watched(waiter: Waiter, fail: (error: unknown) => void): Watched {
    const { key, epoch, contextDigest, supernet } = waiter.work;
    const { served, unavailableForMs, timeoutMs } = this.#options;
    const beganMs = performance.now();
    let servedMs = beganMs;
    return {
      check: (nowMs) => {
        if (served.serving(contextDigest).length > 0) servedMs = nowMs;
        if (nowMs - servedMs >= unavailableForMs) {
          throw new CollmError(
            "unavailable",
            `evaluators: none that serves supernet "${supernet}" (evaluation context ${contextDigest}) was heard for ${Math.round(unavailableForMs / 1000)} s (COLLM_EVALUATOR_WAIT_MS)`,
          );
        }
        if (nowMs - beganMs >= timeoutMs) waiter.onLetter(tookTooLong(key, epoch, timeoutMs));
      },
      // One loop looks after all: each look is part of the trace of whoever waits.
      look: context.bind(context.active(), async () => {
        if (await this.#store.read(key)) waiter.onResult(undefined);
        const letter = await this.#letters.read(key);
        if (letter) waiter.onLetter(letter);
        await this.#requeue(waiter);
      }),
      fail,
    };
  }

  #of(key: string): readonly Waiter[] {
    return [...this.#waiting].filter(({ work }) => work.key === key);
  }
}

/** Whether the search goes on at another coordinator, which will wait for the same work. */
function isHandedOver(reason: unknown): boolean {
  const stop = reason as Partial<Extract<StopRequest, { kind: "shutdown" }>> | undefined;
  return stop?.kind === "shutdown" && stop.cause === "shutdown";
}
