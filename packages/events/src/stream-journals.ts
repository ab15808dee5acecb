import { CollmError } from "@collm/errors";
import { formatLine, type Journals, type OpenJournal, parseEvent } from "@collm/journal";
import { parseSearchId, type SearchEvent, type SearchId } from "@collm/search";
import { DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { acquireLease, type Lease } from "./lease.js";
import { journalSubject, searchIdOf, streamNames } from "./names.js";
import { parseJson } from "./parse-json.js";
import { patiently } from "./patiently.js";
import { isTaken } from "./taken.js";

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

/**
 * Journals as one stream with a subject for each search: the messages are the events that `watch` and
 * dashboards read. Every append says what it follows, so of two coordinators that believe to drive a
 * search one is refused, whatever their leases say.
 */
export function createStreamJournals(connection: NatsConnection, leases: KV): Journals {
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
      const lease = await acquireLease(leases, id, `journal ${nameOf(id)}`);
      try {
        return openOn(connection, id, nameOf(id), lease, await readFrom(id, known));
      } catch (error) {
        await lease.release();
        throw error;
      }
    },
    read: async (id) => (await readFrom(id)).events,
    size: async (id) => {
      const manager = await jetstreamManager(connection);
      const subject = journalSubject(id);
      const { state } = await manager.streams.info(streamNames.journal, {
        subjects_filter: subject,
      });
      return state.subjects?.[subject] ?? 0;
    },
    list: async () => {
      const manager = await jetstreamManager(connection);
      const { state } = await manager.streams.info(streamNames.journal, {
        subjects_filter: journalSubject("*"),
      });
      return Object.keys(state.subjects ?? {}).map((subject) => parseSearchId(searchIdOf(subject)));
    },
  };
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
    const messages = await consumer.consume({ max_messages: messagesAhead });
    for await (const message of messages) {
      const at = `journal ${streamNames.journal}/${id}, message ${message.seq}`;
      const json = parseJson(message.string());
      if (typeof json !== "object" || json === null) {
        throw new CollmError("data-loss", `${at}: is no JSON object`);
      }
      events.push(parseEvent(at, json, events));
      lastSequence = message.seq;
      left -= 1;
      if (left === 0) break;
    }
    messages.stop();
  }
  await consumer.delete();
  return { events, lastSequence };
}

function openOn(
  connection: NatsConnection,
  id: SearchId,
  name: string,
  lease: Lease,
  stored: Stored,
): OpenJournal {
  let { lastSequence } = stored;
  let nextSeq = stored.events.length + 1;
  let searchId = stored.events[0]?.searchId;
  let failure: unknown;
  let appended: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;

  const publish = async (event: SearchEvent): Promise<void> => {
    if (failure !== undefined) throw failure;
    try {
      const line = formatLine(event).trimEnd();
      lastSequence = await appendAfter(connection, journalSubject(id), line, lastSequence);
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

  return {
    name,
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
      closed ??= appended.then(() => lease.release());
      return closed;
    },
  };
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
