import type { EvaluationStore } from "@collm/search";
import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import { consuming } from "./consuming.js";
import type { DeadLetters } from "./dead-letters.js";
import { janitorName, streamNames } from "./names.js";
import { parseJson } from "./parse-json.js";
import { removeDoneWork } from "./remove-done-work.js";
import { decodeWork, type WorkMessage } from "./work-message.js";

const advisorySchema = z.looseObject({
  stream_seq: z.int().positive(),
  deliveries: z.int().nonnegative(),
});

const retryDelayMs = 1_000;
/** How often the queue is looked through. */
const roundMs = 5_000;

/** Where it can be seen what came of work. */
export interface JanitorStores {
  readonly deadLetters: DeadLetters;
  readonly evaluations: Pick<EvaluationStore, "read">;
}

/**
 * Turns messages that were delivered far too often into dead letters: evaluators give up work that
 * kills them long before, so nobody came to that each time. Without a janitor they would stay in the
 * queue for ever, fill it, and be waited for. It also clears away work that is done and was left in
 * the queue. Any number of coordinators may run one; they share the work.
 */
export class Janitor {
  readonly #connection: NatsConnection;
  readonly #deadLetters: DeadLetters;
  readonly #onProblem: (error: unknown) => void;
  #stop: () => void = () => undefined;
  #ended: Promise<void> = Promise.resolve();

  private constructor(
    connection: NatsConnection,
    deadLetters: DeadLetters,
    onProblem: (error: unknown) => void,
  ) {
    this.#connection = connection;
    this.#deadLetters = deadLetters;
    this.#onProblem = onProblem;
  }

  static async start(
    connection: NatsConnection,
    { deadLetters, evaluations }: JanitorStores,
    onProblem: (error: unknown) => void,
  ): Promise<Janitor> {
    const janitor = new Janitor(connection, deadLetters, onProblem);
    const manager = await jetstreamManager(connection);
    await manager.consumers.add(streamNames.advisories, {
      durable_name: janitorName,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
    });
    const consumer = await jetstream(connection).consumers.get(streamNames.advisories, janitorName);
    const advisories = await consumer.consume({ ...consuming, max_messages: 10 });
    const isDone = async ({ key, epoch }: WorkMessage): Promise<boolean> => {
      if (await evaluations.read(key)) return true;
      const letter = await deadLetters.read(key);
      return letter !== undefined && letter.epoch >= epoch;
    };
    const rounds = setInterval(() => {
      // Where NATS is away, the next round finds it again.
      void removeDoneWork(connection, isDone).catch(() => undefined);
    }, roundMs);
    janitor.#stop = () => {
      clearInterval(rounds);
      advisories.stop();
    };
    janitor.#ended = (async () => {
      for await (const advisory of advisories) await janitor.#sweep(advisory);
    })();
    return janitor;
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#ended;
  }

  async #sweep(advisory: JsMsg): Promise<void> {
    try {
      const parsed = advisorySchema.safeParse(parseJson(advisory.string()));
      if (parsed.success) await this.#bury(parsed.data.stream_seq, parsed.data.deliveries);
      advisory.ack();
    } catch (error) {
      this.#onProblem(error);
      advisory.nak(retryDelayMs);
    }
  }

  async #bury(sequence: number, deliveries: number): Promise<void> {
    const manager = await jetstreamManager(this.#connection);
    const message = await manager.streams
      .getMessage(streamNames.work, { seq: sequence })
      .catch(ignoreGone);
    if (!message) return;
    const work = decodeWork(message.string());
    await this.#deadLetters.write({
      key: work?.key ?? `${streamNames.work}/${sequence}`,
      epoch: work?.epoch ?? 0,
      code: "internal",
      message: `given up after ${deliveries} deliveries: each time the evaluator died, froze or could not do it`,
      isRetryable: false,
      ...(work
        ? { searchId: work.searchId, canonical: work.canonical, supernet: work.supernet }
        : {}),
      deliveries,
      at: new Date().toISOString(),
    });
    await manager.streams.deleteMessage(streamNames.work, sequence).catch(ignoreGone);
  }
}

/** Somebody else was faster, or the work was finished late. */
function ignoreGone(error: unknown): undefined {
  if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) {
    return undefined;
  }
  throw error;
}
