import { setTimeout as delay } from "node:timers/promises";
import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import { type NatsConnection, nanos, nuid } from "@nats-io/transport-node";
import { openBucket } from "./buckets.js";
import { createDeadLetters } from "./dead-letters.js";
import type { Announcement } from "./evaluator-registry.js";
import {
  bucketNames,
  consumerName,
  poolOf,
  poolSubject,
  streamNames,
  workSubject,
} from "./names.js";
import { expectedRetention } from "./provision.js";
import { ServedSupernets } from "./served-supernets.js";

/** One thing that was looked at in a deployment. */
export interface Finding {
  readonly name: string;
  readonly isSound: boolean;
  /** What was seen, and what to do about it if that is not sound. */
  readonly words: string;
}

/** More than this between two clocks makes times in journals and logs misleading. */
const largestSkewMs = 1_000;
/** An evaluator with a free slot takes work at once; one that pauses after a problem soon after. */
const takenWithinMs = 2_000;

/** Looks at the streams, the queue, the evaluators and the clock; changes nothing that lasts. */
export async function inspectDeployment(connection: NatsConnection): Promise<readonly Finding[]> {
  const manager = await jetstreamManager(connection);
  const streams = await Promise.all([
    ...Object.values(streamNames).map((name) => inspectStream(manager, "stream", name)),
    ...Object.values(bucketNames).map((name) => inspectStream(manager, "bucket", name)),
  ]);
  if (streams.some(({ isSound }) => !isSound)) return streams;
  const served = await ServedSupernets.watch(connection, { replicas: 1 });
  try {
    const { present } = served;
    return [
      ...streams,
      inspectEvaluators(served),
      ...(await inspectQueues(manager, present)),
      await inspectDeadLetters(connection),
      await inspectClock(manager),
    ];
  } finally {
    served.close();
  }
}

async function inspectStream(
  manager: JetStreamManager,
  kind: "stream" | "bucket",
  name: string,
): Promise<Finding> {
  const stored = kind === "stream" ? name : `KV_${name}`;
  const info = await manager.streams.info(stored).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  });
  const finding = (isSound: boolean, words: string): Finding => ({
    name: `${kind} ${name}`,
    isSound,
    words,
  });
  if (!info) {
    const maker = name === bucketNames.checkpoints ? "an evaluator" : "a coordinator";
    return finding(false, `is missing; ${maker} makes it when it starts`);
  }
  const { retention, discard, num_replicas: replicas } = info.config;
  const wanted = expectedRetention(name);
  if (retention !== wanted) {
    const remedy = "delete it and start a coordinator";
    return finding(false, `its retention is ${retention}, allowed is ${wanted}; ${remedy}`);
  }
  if (name === streamNames.work && discard !== DiscardPolicy.New) {
    const loss = "work is lost when it is full";
    return finding(
      false,
      `it discards ${discard} messages, allowed is ${DiscardPolicy.New}: ${loss}; start a coordinator, which mends it`,
    );
  }
  const copies = `${replicas} ${replicas === 1 ? "copy" : "copies"}`;
  return finding(true, `${retention}, ${info.state.messages} messages, ${copies}`);
}

function inspectEvaluators({ present, described, names: known }: ServedSupernets): Finding {
  const name = "evaluators";
  const slots = present.reduce((sum, evaluator) => sum + evaluator.slots, 0);
  const names = new Set(present.flatMap(({ supernets }) => supernets.map(({ name }) => name)));
  const pools = new Set(present.map(({ pool }) => pool));
  if (present.length === 0 && described.length > 0) {
    // All is well if nothing waits for them, which the queues tell.
    return { name, isSound: true, words: `none is there now, known supernets ${known.join(", ")}` };
  }
  return present.length === 0
    ? { name, isSound: false, words: "none was ever heard; start one with COLLM_NATS_URL" }
    : {
        name,
        isSound: true,
        words: `${present.length} with ${slots} slots, pools ${[...pools].join(", ")}, supernets ${[...names].join(", ")}`,
      };
}

/** Work that waits and that nobody serves or takes is the mistake that looks like patience. */
async function inspectQueues(
  manager: JetStreamManager,
  present: readonly Announcement[],
): Promise<readonly Finding[]> {
  const before = await queues(manager);
  const isLagging = [...before.values()].some(isUntouched);
  if (isLagging) await delay(takenWithinMs);
  const after = isLagging ? await queues(manager) : before;
  const subjects = await workSubjects(manager);
  return [...after].map(([name, queue]) => {
    const { num_pending: waiting, num_ack_pending: underWay, num_redelivered: again } = queue;
    const members = present.filter(({ pool }) => consumerName(pool) === name);
    const seen = `${waiting} wait, ${underWay} under way${again > 0 ? `, ${again} delivered again` : ""}`;
    const earlier = before.get(name);
    const isStuck =
      isUntouched(queue) &&
      earlier !== undefined &&
      isUntouched(earlier) &&
      queue.delivered.consumer_seq === earlier.delivered.consumer_seq;
    const problem =
      members.length === 0
        ? waiting + underWay > 0 &&
          "no evaluator takes work of this pool; start one, or look why it is not scaled up"
        : unserved(subjects, queue, members) > 0
          ? `${unserved(subjects, queue, members)} of evaluation contexts that no evaluator of this pool serves; start one that does`
          : isStuck &&
            `none was taken for ${takenWithinMs / 1000} s; its evaluators hang or cannot pull, see their logs`;
    return {
      name: `queue ${name}`,
      isSound: !problem,
      words: problem ? `${seen}; ${problem}` : seen,
    };
  });
}

/** Messages of a pool that none of its evaluators can measure. */
function unserved(
  subjects: ReadonlyMap<string, number>,
  { config }: ConsumerInfo,
  members: readonly Announcement[],
): number {
  const served = new Set(
    members.flatMap(({ pool, supernets }) =>
      supernets.map(({ contextDigest }) => workSubject(pool, contextDigest)),
    ),
  );
  return [...subjects]
    .filter(([subject]) => poolSubject(poolOf(subject)) === config.filter_subject)
    .reduce((sum, [subject, count]) => sum + (served.has(subject) ? 0 : count), 0);
}

/** How many messages of work each subject has. */
async function workSubjects(manager: JetStreamManager): Promise<ReadonlyMap<string, number>> {
  const { state } = await manager.streams.info(streamNames.work, { subjects_filter: ">" });
  return new Map(Object.entries(state.subjects ?? {}));
}

/** The consumers of work by name. */
async function queues(manager: JetStreamManager): Promise<ReadonlyMap<string, ConsumerInfo>> {
  const found = new Map<string, ConsumerInfo>();
  for await (const info of manager.consumers.list(streamNames.work)) found.set(info.name, info);
  return found;
}

function isUntouched({ num_pending: waiting, num_ack_pending: underWay }: ConsumerInfo): boolean {
  return waiting > 0 && underWay === 0;
}

async function inspectDeadLetters(connection: NatsConnection): Promise<Finding> {
  const bucket = await openBucket(connection, bucketNames.deadLetters, { replicas: 1 });
  const letters = await createDeadLetters(bucket).list();
  return {
    name: "dead letters",
    isSound: letters.length === 0,
    words:
      letters.length === 0 ? "none" : `${letters.length}; collm evaluations list shows the reasons`,
  };
}

/** The server says when it made a consumer, which goes at once. */
async function inspectClock(manager: JetStreamManager): Promise<Finding> {
  const stream = `KV_${bucketNames.evaluators}`;
  const before = Date.now();
  const consumer = await manager.consumers.add(stream, {
    name: `clock-${nuid.next()}`,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.New,
    inactive_threshold: nanos(largestSkewMs),
  });
  const after = Date.now();
  await manager.consumers.delete(stream, consumer.name);
  const created = Date.parse(consumer.created);
  const skewMs = created < before ? before - created : Math.max(0, created - after);
  return {
    name: "clock",
    isSound: skewMs <= largestSkewMs,
    words: `${skewMs} ms from the server's${skewMs <= largestSkewMs ? "" : "; set this machine's clock"}`,
  };
}
