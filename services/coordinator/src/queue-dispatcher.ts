import { setTimeout as delay } from "node:timers/promises";
import { CollmError, type ErrorCode } from "@collm/errors";
import {
  createDeadLetters,
  createKvEvaluationStore,
  type DeadLetter,
  type DeadLetters,
  decodeLetter,
  type EvaluatorRegistry,
  hearNotes,
  provisionConsumer,
  publishWork,
  type QueueSettings,
  readEvaluation,
} from "@collm/events";
import type {
  EvaluationDispatcher,
  EvaluationOutcome,
  EvaluationRequest,
  EvaluationResult,
  EvaluationStore,
} from "@collm/search";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { isCandidateCode } from "./candidate-codes.js";

export interface QueueDispatcherOptions {
  readonly connection: NatsConnection;
  readonly evaluations: KV;
  readonly deadLetters: KV;
  readonly registry: EvaluatorRegistry;
  readonly queue: QueueSettings;
  /** How long one evaluation may take, waiting in the queue included. */
  readonly timeoutMs: number;
  /** How long a search waits while no evaluator can do its work. */
  readonly unavailableForMs: number;
}

export interface QueueDispatcher extends EvaluationDispatcher {
  close(): void;
}

/** How often a queue that is full or a server that is away is asked again. */
const heldBackPauseMs = 500;
/** A note says sooner whether a result was stored before; the store says it later, without. */
const noteGraceMs = 250;
/** How often it is looked whether somebody can do the work, and whether a result was missed. */
const lookAroundMs = 1_000;

/**
 * Evaluations through the work queue. What is asked for is waited for in two places that lose
 * nothing, the store and the dead letters; notes of evaluators only say it sooner.
 */
export async function createQueueDispatcher(
  options: QueueDispatcherOptions,
): Promise<QueueDispatcher> {
  const dispatcher = new Dispatcher(options);
  await dispatcher.listen();
  return dispatcher;
}

/** Somebody who waits for a content key. */
interface Waiter {
  readonly key: string;
  onStarted(): void;
  /** @param result if it came along; else it is read */
  onResult(isStored: boolean | undefined, result?: EvaluationResult): void;
  onLetter(letter: DeadLetter): void;
}

class Dispatcher implements QueueDispatcher {
  readonly #options: QueueDispatcherOptions;
  readonly #store: EvaluationStore;
  readonly #letters: DeadLetters;
  readonly #waiting = new Set<Waiter>();
  readonly #consumers = new Map<string, Promise<void>>();
  readonly #stops: (() => void)[] = [];

  constructor(options: QueueDispatcherOptions) {
    this.#options = options;
    this.#store = createKvEvaluationStore(options.evaluations);
    this.#letters = createDeadLetters(options.deadLetters);
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
    );
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
      signal.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
    });
    try {
      return await Promise.race([this.#obtain(request, onStarted, over.signal), aborted]);
    } finally {
      over.abort();
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #obtain(
    request: EvaluationRequest,
    onStarted: () => void,
    over: AbortSignal,
  ): Promise<EvaluationOutcome> {
    const { key } = request;
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
      key,
      onStarted: () => {
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
    this.#waiting.add(waiter);
    try {
      await this.#queue(request, epoch, over);
      void this.#lookAround(request, epoch, over, waiter).catch((error: unknown) =>
        settle(CollmError.from(error)),
      );
      return await settled;
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  /** Puts the work into the queue, however long it is full or NATS away; evaluators have their own patience. */
  async #queue(request: EvaluationRequest, epoch: number, over: AbortSignal): Promise<void> {
    const { connection } = this.#options;
    const since = performance.now();
    for (;;) {
      over.throwIfAborted();
      await this.#provide(request.contextDigest);
      const { searchId, candidateId, supernet, canonical, contextDigest, key } = request;
      const work = { searchId, candidateId, supernet, canonical, contextDigest, key, epoch };
      const published = await publishWork(connection, work);
      if (published.kind !== "held-back") return;
      if (performance.now() - since > this.#options.timeoutMs) {
        throw new CollmError("unavailable", `work queue: ${published.reason}`);
      }
      await delay(heldBackPauseMs, undefined, { signal: over });
    }
  }

  /** The context's consumer, made once. */
  async #provide(contextDigest: string): Promise<void> {
    const { connection, queue } = this.#options;
    let made = this.#consumers.get(contextDigest);
    if (!made) {
      made = provisionConsumer(connection, contextDigest, queue);
      this.#consumers.set(contextDigest, made);
      made.catch(() => this.#consumers.delete(contextDigest));
    }
    await made;
  }

  /**
   * The second line: what a watch missed while the connection was cut is found in store and dead
   * letters, and a queue that nobody pulls from is an error in the end.
   */
  async #lookAround(
    { key, contextDigest }: EvaluationRequest,
    epoch: number,
    over: AbortSignal,
    waiter: Waiter,
  ): Promise<void> {
    const { registry, unavailableForMs, timeoutMs } = this.#options;
    const began = performance.now();
    let servedAt = began;
    const pauseMs = Math.min(lookAroundMs, unavailableForMs);
    while (!over.aborted) {
      await delay(pauseMs, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      const now = performance.now();
      if (registry.serving(contextDigest).length > 0) servedAt = now;
      if (now - servedAt >= unavailableForMs) {
        throw new CollmError(
          "unavailable",
          `evaluators: none that serves evaluation context ${contextDigest} was heard for ${Math.round(unavailableForMs / 1000)} s`,
        );
      }
      if (now - began >= timeoutMs) {
        waiter.onLetter(tookTooLong(key, epoch, timeoutMs));
        return;
      }
      if (await this.#store.read(key)) waiter.onResult(undefined);
      const letter = await this.#letters.read(key);
      if (letter) waiter.onLetter(letter);
    }
  }

  #of(key: string): readonly Waiter[] {
    return [...this.#waiting].filter((waiter) => waiter.key === key);
  }
}

/** A dead letter is the candidate's failure, or an error that would fail the next one too. */
function outcomeOf({ code, message, isRetryable }: DeadLetter): EvaluationOutcome | CollmError {
  const error = new CollmError(code as ErrorCode, message);
  return isCandidateCode(error.code) ? { kind: "failed", code, message, isRetryable } : error;
}

function tookTooLong(key: string, epoch: number, timeoutMs: number): DeadLetter {
  return {
    key,
    epoch,
    code: "deadline-exceeded",
    message: `took longer than ${Math.round(timeoutMs / 1000)} s, waiting in the queue included`,
    isRetryable: true,
    deliveries: 0,
    at: new Date().toISOString(),
  };
}
