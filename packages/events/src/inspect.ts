import { JetStreamApiError, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { openBucket } from "./buckets.js";
import { createDeadLetters } from "./dead-letters.js";
import { type Announcement, announcementTtlMs, EvaluatorRegistry } from "./evaluator-registry.js";
import { bucketNames, consumerName, streamNames, tokenOf } from "./names.js";
import { expectedRetention } from "./provision.js";

/** One thing that was looked at in a deployment. */
export interface Finding {
  readonly name: string;
  readonly isSound: boolean;
  /** What was seen, and what to do about it if that is not sound. */
  readonly words: string;
}

/** More than this between two clocks makes times in journals and logs misleading. */
const largestSkewMs = 1_000;

/** Looks at the streams, the queue, the evaluators and the clock; changes nothing that lasts. */
export async function inspectDeployment(connection: NatsConnection): Promise<readonly Finding[]> {
  const manager = await jetstreamManager(connection);
  const streams = await Promise.all(
    Object.values(streamNames).map((name) => inspectStream(manager, name)),
  );
  if (streams.some(({ isSound }) => !isSound)) return streams;
  const evaluators = await openBucket(connection, bucketNames.evaluators, {
    replicas: 1,
    ttlMs: announcementTtlMs,
  });
  const registry = await EvaluatorRegistry.watch(evaluators);
  try {
    const { present } = registry;
    return [
      ...streams,
      inspectEvaluators(present),
      ...(await inspectQueues(manager, present)),
      await inspectDeadLetters(connection),
      await inspectClock(connection),
    ];
  } finally {
    registry.close();
  }
}

async function inspectStream(manager: JetStreamManager, name: string): Promise<Finding> {
  const info = await manager.streams.info(name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  });
  const named = `stream ${name}`;
  if (!info) {
    return {
      name: named,
      isSound: false,
      words: "is missing; a coordinator makes it when it starts",
    };
  }
  const { retention, num_replicas: replicas } = info.config;
  const wanted = expectedRetention(name);
  return retention === wanted
    ? {
        name: named,
        isSound: true,
        words: `${retention}, ${info.state.messages} messages, ${replicas} ${replicas === 1 ? "copy" : "copies"}`,
      }
    : {
        name: named,
        isSound: false,
        words: `its retention is ${retention}, allowed is ${wanted}; delete it and start a coordinator`,
      };
}

function inspectEvaluators(present: readonly Announcement[]): Finding {
  const slots = present.reduce((sum, evaluator) => sum + evaluator.slots, 0);
  const names = new Set(present.flatMap(({ supernets }) => supernets.map(({ name }) => name)));
  return present.length === 0
    ? { name: "evaluators", isSound: false, words: "none was heard; start one with COLLM_NATS_URL" }
    : {
        name: "evaluators",
        isSound: true,
        words: `${present.length} with ${slots} slots, supernets ${[...names].join(", ")}`,
      };
}

/** Work that waits and nobody serves is the mistake that looks like patience. */
async function inspectQueues(
  manager: JetStreamManager,
  present: readonly Announcement[],
): Promise<readonly Finding[]> {
  const served = new Map(
    present.flatMap(({ supernets }) =>
      supernets.map(({ name, contextDigest }) => [consumerName(contextDigest), name] as const),
    ),
  );
  const findings: Finding[] = [];
  for await (const {
    name,
    num_pending: waiting,
    num_ack_pending: underWay,
  } of manager.consumers.list(streamNames.work)) {
    const supernet = served.get(name);
    findings.push({
      name: `queue ${supernet ?? name}`,
      isSound: supernet !== undefined || waiting + underWay === 0,
      words:
        `${waiting} wait, ${underWay} under way` +
        (supernet === undefined ? "; no evaluator serves this evaluation context" : ""),
    });
  }
  return findings;
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

async function inspectClock(connection: NatsConnection): Promise<Finding> {
  const bucket = await openBucket(connection, bucketNames.evaluations, { replicas: 1 });
  const key = `clock-${tokenOf(String(process.pid))}`;
  const before = Date.now();
  await bucket.put(key, "");
  const after = Date.now();
  const created = (await bucket.get(key))?.created.getTime() ?? before;
  await bucket.purge(key);
  const skewMs = created < before ? before - created : Math.max(0, created - after);
  return {
    name: "clock",
    isSound: skewMs <= largestSkewMs,
    words: `${skewMs} ms from the server's${skewMs <= largestSkewMs ? "" : "; set this machine's clock"}`,
  };
}
