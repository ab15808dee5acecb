import { CollmError } from "@collm/errors";
import type { KV, KvEntry } from "@nats-io/kv";
import { type NatsConnection, nuid } from "@nats-io/transport-node";
import { z } from "zod";
import { startSubject, tokenOf } from "./names.js";
import { parseJson } from "./parse-json.js";
import { patiently } from "./patiently.js";
import { isTaken } from "./taken.js";
import type { WorkMessage } from "./work-message.js";

/** Notes of work that nobody came back to go away: seven days. */
export const startTtlMs = 7 * 86_400_000;
/** How long whoever began may take to say that it still works; one that is gone is known at once. */
const answerMs = 1_000;

const recordSchema = z.strictObject({
  v: z.literal(1),
  /** Ids of starts that have not ended. */
  open: z.array(z.string()),
  /** Ids of starts that ended as a failure of the moment. */
  failed: z.array(z.string()),
});

type WorkRecord = Omit<z.infer<typeof recordSchema>, "v">;

/** One attempt to evaluate, from its beginning to whatever comes of it. */
export interface WorkStart {
  /** It came to an end that says nothing against the work. Never throws; waits until NATS has it. */
  end(): Promise<void>;
  /** It failed. Gives how often the work has failed by now. */
  fail(): Promise<number>;
}

/**
 * Finds work that kills its evaluators. The queue's own count of deliveries cannot: work is delivered
 * again as well when it was handed back, or while its evaluator or the server was cut off.
 *
 * Whoever begins with work notes it, and takes the note back at the end. A note that stays, and whose
 * maker does not answer, is a death. One that was frozen or cut off takes its note back later. First
 * deliveries are not noted, so that work costs nothing that is delivered once, as nearly all is.
 */
export class WorkStarts {
  readonly #connection: NatsConnection;
  readonly #bucket: KV;

  /** @param bucket has an age limit of `startTtlMs`. */
  constructor(connection: NatsConnection, bucket: KV) {
    this.#connection = connection;
    this.#bucket = bucket;
  }

  /** Whether somebody began with this work and has not come to an end, dead or not. */
  async hasOpen(work: WorkMessage): Promise<boolean> {
    return (await this.#read(work)).record.open.length > 0;
  }

  /** Starts that ended with the death of whoever made them, as far as they were noted. */
  async deaths(work: WorkMessage): Promise<number> {
    const { open } = (await this.#read(work)).record;
    const areUnderWay = await Promise.all(open.map((id) => this.#isUnderWay(id)));
    return areUnderWay.filter((isUnderWay) => !isUnderWay).length;
  }

  /** @param isNoted false for the first delivery, which leaves a note only if it fails. */
  async begin(work: WorkMessage, { isNoted }: { readonly isNoted: boolean }): Promise<WorkStart> {
    const id = nuid.next();
    if (!isNoted) return { end: async () => undefined, fail: () => this.#fail(work, id) };
    const subscription = this.#connection.subscribe(startSubject(id), {
      callback: (error, message) => {
        if (!error) message.respond();
      },
    });
    try {
      await this.#change(work, ({ open, ...rest }) => ({ ...rest, open: including(open, id) }));
    } catch (error) {
      subscription.unsubscribe();
      throw error;
    }
    return {
      end: async () => {
        await this.#takeBack(work, id);
        if (!subscription.isClosed()) subscription.unsubscribe();
      },
      fail: async () => {
        const failures = await this.#fail(work, id);
        if (!subscription.isClosed()) subscription.unsubscribe();
        return failures;
      },
    };
  }

  /** Nobody will do this work again: its notes are of no use. */
  async forget(work: WorkMessage): Promise<void> {
    await this.#change(work, () => ({ open: [], failed: [] }));
  }

  async #fail(work: WorkMessage, id: string): Promise<number> {
    const { failed } = await this.#change(work, ({ open, failed }) => ({
      open: open.filter((other) => other !== id),
      failed: including(failed, id),
    }));
    return failed.length;
  }

  /** Tried for as long as this process has NATS: a note that stays would count as a death. */
  async #takeBack(work: WorkMessage, id: string): Promise<void> {
    for (;;) {
      try {
        await this.#change(work, ({ open, ...rest }) => ({
          ...rest,
          open: open.filter((other) => other !== id),
        }));
        return;
      } catch (error) {
        const isAway = error instanceof CollmError && error.code === "unavailable";
        if (!isAway || this.#connection.isClosed()) return;
      }
    }
  }

  async #isUnderWay(id: string): Promise<boolean> {
    // A cut of the network must not look like silence of whoever began.
    await patiently(() => this.#connection.flush());
    return await this.#connection.request(startSubject(id), "", { timeout: answerMs }).then(
      () => true,
      () => false,
    );
  }

  async #read(work: WorkMessage): Promise<{ entry: KvEntry | null; record: WorkRecord }> {
    const entry = await patiently(() => this.#bucket.get(nameOf(work)));
    const parsed = recordSchema.safeParse(
      entry?.operation === "PUT" ? parseJson(entry.string()) : undefined,
    );
    const { open, failed } = parsed.success ? parsed.data : { open: [], failed: [] };
    return { entry, record: { open, failed } };
  }

  /** @param change may be asked several times: others change the same record. */
  async #change(
    work: WorkMessage,
    change: (record: WorkRecord) => WorkRecord,
  ): Promise<WorkRecord> {
    const name = nameOf(work);
    for (;;) {
      const { entry, record } = await this.#read(work);
      const next = change(record);
      const text = JSON.stringify({ v: 1, ...next });
      if (text === JSON.stringify({ v: 1, ...record })) return next;
      const isEmpty = next.open.length + next.failed.length === 0;
      try {
        await patiently(async () => {
          if (!entry) await this.#bucket.create(name, text);
          else if (isEmpty) await this.#bucket.purge(name, { previousSeq: entry.revision });
          else await this.#bucket.update(name, text, entry.revision);
        });
        return next;
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
    }
  }
}

/** A retry of work that was given up has another epoch, and a clean record. */
function nameOf({ key, epoch }: WorkMessage): string {
  return tokenOf(`${key}:${epoch}`);
}

/** Once, however often a write whose answer was lost is repeated. */
function including(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? [...ids] : [...ids, id];
}
