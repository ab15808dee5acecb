import { type Consumer, type JsMsg, jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { DeadLetters } from "./dead-letters.js";
import { consumerName, streamNames } from "./names.js";
import { tellNote } from "./notes.js";
import { decodeWork, type WorkMessage } from "./work-message.js";
import { inProcessSpan } from "./work-spans.js";

export interface LeaseSettings {
  /** How often the queue is told that the work goes on; well under its ack wait. */
  readonly beatMs: number;
}

/**
 * One message that this evaluator works on. It beats until it is finished, given back or given up;
 * a process that dies or freezes stops beating, and the message goes to another.
 */
export class WorkLease {
  /** Undefined for a message that is no work. */
  readonly work: WorkMessage | undefined;
  /**
   * 1 for the first delivery. Not exact after a crash of the server, and nats-server 2.9.10 says 1 of some
   * that are delivered again.
   */
  readonly deliveries: number;
  readonly #message: JsMsg;
  readonly #connection: NatsConnection;
  readonly #beat: NodeJS.Timeout;

  constructor(message: JsMsg, connection: NatsConnection, { beatMs }: LeaseSettings) {
    this.work = decodeWork(message.string());
    this.deliveries = message.info.deliveryCount;
    this.#message = message;
    this.#connection = connection;
    this.#beat = setInterval(() => message.working(), beatMs);
  }

  /** Does the work as part of the trace of whoever asked for it. */
  inSpan(work: () => Promise<void>): Promise<void> {
    return inProcessSpan(this.#message, work);
  }

  /** Tells that measuring begins. */
  begin(): void {
    if (this.work) tellNote(this.#connection, { kind: "started", key: this.work.key });
  }

  /** The result is in the store. Waits until the queue has forgotten the message. */
  async finish(isStored: boolean): Promise<void> {
    this.#rest();
    if (this.work) tellNote(this.#connection, { kind: "finished", key: this.work.key, isStored });
    // A message that is delivered again all the same finds its result in the store.
    await this.#message.ackAck().catch(() => false);
  }

  /** Another delivery may try, this evaluator's or another's. */
  giveBack(delayMs: number): void {
    this.#rest();
    this.#message.nak(delayMs);
  }

  /** Nobody needs to try again: the reason goes to the dead letters, then the message goes. */
  async giveUp(
    deadLetters: DeadLetters,
    reason: { readonly code: string; readonly message: string; readonly isRetryable: boolean },
  ): Promise<void> {
    const { work } = this;
    const { stream, streamSequence } = this.#message.info;
    await deadLetters.write({
      key: work?.key ?? `${stream}/${streamSequence}`,
      epoch: work?.epoch ?? 0,
      ...reason,
      ...(work
        ? { searchId: work.searchId, canonical: work.canonical, supernet: work.supernet }
        : {}),
      deliveries: this.deliveries,
      at: new Date().toISOString(),
    });
    this.#rest();
    // A reason for the server needs 2.11; older ones would deliver the message again.
    this.#message.term();
  }

  #rest(): void {
    clearInterval(this.#beat);
  }
}

/** Finds the consumer of a pool's work. Throws while no coordinator has made it. */
export async function findWork(connection: NatsConnection, pool: string): Promise<Consumer> {
  const { consumers } = jetstream(connection);
  return await consumers.get(streamNames.work, consumerName(pool));
}

/**
 * Takes one message of a consumer's work; undefined if none came within `waitMs` or before `signal`
 * aborted. A message that is on its way just then comes again after an ack wait.
 */
export async function takeWork(
  consumer: Consumer,
  connection: NatsConnection,
  settings: LeaseSettings & { readonly waitMs: number },
  signal?: AbortSignal,
): Promise<WorkLease | undefined> {
  const messages = await consumer.fetch({ max_messages: 1, expires: settings.waitMs });
  const stop = (): void => messages.stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) stop();
    for await (const message of messages) return new WorkLease(message, connection, settings);
    return undefined;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
