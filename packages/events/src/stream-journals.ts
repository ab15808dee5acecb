import { CollmError } from "@collm/errors";
import { formatLine, type Journals, type OpenJournal, parseEvent } from "@collm/journal";
import { isAtRest, parseSearchId, type SearchEvent, type SearchId } from "@collm/search";
import { DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { consuming } from "./consuming.js";
import { acquireLease, type Lease } from "./lease.js";
import { journalSubject, searchIdOf, streamNames } from "./names.js";
import { parseJson } from "./parse-json.js";
import { atOnce, patiently } from "./patiently.js";
import { isTaken } from "./taken.js";
import type { UnfinishedSearches } from "./unfinished.js";

/** A journal in the stream, and where its last event lies. */
interface Stored {
  readonly events: readonly SearchEvent[];
  /** Sequence in the stream of the subject's last message; 0 if there is none. */
  readonly lastSequence: number;
}

/** A journal's length and the sequence in the stream of its last event. */
interface End {
  readonly events: number;
  readonly lastSequence: number;
}

const nothingStored: Stored = { events: [], lastSequence: 0 };

/** Messages that may be under way to here; long journals are read in few round trips. */
const messagesAhead = 5_000;

export interface StreamJournalsOptions {
  readonly connection: NatsConnection;
  readonly leases: KV;
  readonly unfinished: UnfinishedSearches;
  /** How long a journal stays taken by a process that died; the age limit of `leases`. */
  readonly leaseMs: number;
}

/** Journals that several processes share: where one stopped, another goes on. */
export interface SharedJournals extends Journals {
  /** Searches that somebody drives or should drive, perhaps a few too many. */
  unfinished(): Promise<readonly SearchId[]>;
  /**
   * Events with a seq above `afterSeq` and then those that come, whoever writes them, until the
   * search is at rest (`isAtRest`). Ends silently when `signal` aborts.
   *
   * @throws CollmError not-found if there is no such journal
   */
  follow(id: SearchId, afterSeq: number, signal: AbortSignal): AsyncGenerator<SearchEvent>;
}

/**
 * Journals as one stream with a subject for each search: the messages are the events that `watch` and
 * dashboards read. Every append says what it follows, so of two coordinators that believe to drive a
 * search one is refused, whatever their leases say.
 */
export function createStreamJournals(options: StreamJournalsOptions): SharedJournals {
  const { connection, leases, unfinished, leaseMs } = options;
  const nameOf = (id: SearchId): string => `${streamNames.journal}/${id}`;
  /** Where each journal ended when it was last read. */
  const ends = new Map<SearchId, End>();
  const readFrom = async (id: SearchId, known?: readonly SearchEvent[]): Promise<Stored> => {
    const end = ends.get(id);
    const before =
      known && end?.events === known.length
        ? { events: known, lastSequence: end.lastSequence }
        : nothingStored;
    const stored = await patiently(() => readStored(connection, id, before));
    ends.set(id, { events: stored.events.length, lastSequence: stored.lastSequence });
    return stored;
  };
  return {
    nameOf,
    open: async (id, known) => {
      const lease = await acquireLease(leases, id, `journal ${nameOf(id)}`, leaseMs);
      try {
        const listing = await unfinished.revisionOf(id);
        const stored = await readFrom(id, known);
        return openOn(options, { id, name: nameOf(id), lease, stored, listing });
      } catch (error) {
        await lease.release();
        throw error;
      }
    },
    read: async (id) => (await readFrom(id)).events,
    size: async (id) => {
      const subject = journalSubject(id);
      return (await countEvents(connection, subject))[subject] ?? 0;
    },
    list: async () => {
      const counts = await countEvents(connection, journalSubject("*"));
      return Object.keys(counts).map((subject) => parseSearchId(searchIdOf(subject)));
    },
    unfinished: () => patiently(() => unfinished.list()),
    follow: (id, afterSeq, signal) => followStored(connection, id, afterSeq, signal),
  };
}

/** A search's events as they lie in the stream; empty if there are none. */
export async function readStreamJournal(
  connection: NatsConnection,
  id: SearchId,
): Promise<readonly SearchEvent[]> {
  return (await readStored(connection, id, nothingStored)).events;
}

/** How many events there are, by subject. */
async function countEvents(
  connection: NatsConnection,
  subjects: string,
): Promise<Readonly<Record<string, number>>> {
  return await atOnce(async () => {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(streamNames.journal, {
      subjects_filter: subjects,
    });
    return state.subjects ?? {};
  });
}

/** What lies in the stream, where `before` is what is known of it already. */
async function readStored(
  connection: NatsConnection,
  id: SearchId,
  before: Stored,
): Promise<Stored> {
  const subject = journalSubject(id);
  const consumer = await jetstream(connection).consumers.get(streamNames.journal, {
    filter_subjects: subject,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: before.lastSequence + 1,
  });
  const events = [...before.events];
  let { lastSequence } = before;
  let left = (await consumer.info()).num_pending;
  if (left > 0) {
    const messages = await consumer.consume({ ...consuming, max_messages: messagesAhead });
    for await (const message of messages) {
      events.push(eventIn(id, message, events));
      lastSequence = message.seq;
      left -= 1;
      if (left === 0) break;
    }
    messages.stop();
  }
  await consumer.delete();
  return { events, lastSequence };
}

/** The event of a message; `before` says at least how many came before it. */
function eventIn(id: SearchId, message: JsMsg, before: ArrayLike<SearchEvent>): SearchEvent {
  const at = `journal ${streamNames.journal}/${id}, message ${message.seq}`;
  const json = parseJson(message.string());
  if (typeof json !== "object" || json === null) {
    throw new CollmError("data-loss", `${at}: is no JSON object`);
  }
  return parseEvent(at, json, before);
}

/** A journal that was just opened. */
interface Opened {
  readonly id: SearchId;
  readonly name: string;
  readonly lease: Lease;
  readonly stored: Stored;
  /** Its revision among the unfinished searches, if it is one of them. */
  readonly listing: number | undefined;
}

function openOn(
  { connection, unfinished }: StreamJournalsOptions,
  { id, name, lease, stored, ...opened }: Opened,
): OpenJournal {
  let { lastSequence } = stored;
  let { listing } = opened;
  let last = stored.events.at(-1);
  let nextSeq = stored.events.length + 1;
  let searchId = stored.events[0]?.searchId;
  let failure: unknown;
  let appended: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;

  const publish = async (event: SearchEvent): Promise<void> => {
    if (failure !== undefined) throw failure;
    try {
      if (!isAtRest(event)) listing ??= await unfinished.add(id);
      const line = formatLine(event).trimEnd();
      lastSequence = await appendAfter(connection, journalSubject(id), line, lastSequence);
      last = event;
    } catch (error) {
      failure = isTaken(error)
        ? new CollmError(
            "failed-precondition",
            `journal ${name}: event ${event.seq} was written by another coordinator`,
            { cause: error },
          )
        : CollmError.from(error);
      throw failure;
    }
  };

  const close = async (): Promise<void> => {
    const isOver = failure === undefined && (last === undefined || isAtRest(last));
    if (isOver && listing !== undefined) {
      // One that stays is looked at once more and removed then.
      await unfinished.remove(id, listing).catch(() => undefined);
    }
    await lease.release();
  };

  return {
    name,
    lost: lease.lost,
    events: stored.events,
    append: (event) => {
      if (closed !== undefined) {
        return Promise.reject(new CollmError("failed-precondition", `journal ${name}: is closed`));
      }
      if (event.seq !== nextSeq || event.searchId !== (searchId ?? event.searchId)) {
        const got = `${event.seq} of "${event.searchId}"`;
        const expected = `${nextSeq} of "${searchId ?? event.searchId}"`;
        return Promise.reject(
          new CollmError(
            "invalid-argument",
            `journal ${name}: got event ${got}, expected is ${expected}`,
          ),
        );
      }
      nextSeq += 1;
      searchId = event.searchId;
      const append = appended.then(() => publish(event));
      appended = append.catch(() => undefined);
      return append;
    },
    close: () => {
      closed ??= appended.then(close);
      return closed;
    },
  };
}

async function* followStored(
  connection: NatsConnection,
  id: SearchId,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent> {
  const subject = journalSubject(id);
  const consumer = await patiently(() =>
    jetstream(connection).consumers.get(streamNames.journal, {
      filter_subjects: subject,
      deliver_policy: DeliverPolicy.All,
    }),
  );
  if ((await patiently(() => consumer.info())).num_pending === 0) {
    await consumer.delete();
    throw new CollmError("not-found", `search "${id}": no journal of that name`);
  }
  // Ordered: it is made anew behind the last message when the connection was cut.
  const messages = await consumer.consume(consuming);
  let count = 0;
  const stop = (): void => messages.stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const message of messages) {
      if (signal.aborted) return;
      const isLast = message.info.pending === 0;
      // Journals count from 1 without gaps: what the caller has is not read again.
      count += 1;
      if (count <= afterSeq && !isLast) continue;
      const event = eventIn(id, message, { length: count - 1 });
      if (event.seq > afterSeq) yield event;
      if (isLast && isAtRest(event)) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    messages.stop();
    await consumer.delete().catch(() => undefined);
  }
}

/**
 * Appends a line behind the message with this sequence, and gives its own. After a lost
 * acknowledgement the line may be there already. A message id would be no help: of two coordinators
 * that write the same number the second would be told that its event is there.
 */
async function appendAfter(
  connection: NatsConnection,
  subject: string,
  line: string,
  lastSequence: number,
): Promise<number> {
  try {
    const expect = { lastSubjectSequence: lastSequence };
    const { seq } = await patiently(() => jetstream(connection).publish(subject, line, { expect }));
    return seq;
  } catch (error) {
    if (!isTaken(error)) throw error;
    const last = await patiently(async () => {
      const manager = await jetstreamManager(connection);
      return await manager.streams.getMessage(streamNames.journal, { last_by_subj: subject });
    });
    if (last?.string() === line) return last.seq;
    throw error;
  }
}
