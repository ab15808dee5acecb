import { isDeepStrictEqual } from "node:util";
import {
  bucketNames,
  createDeadLetters,
  createKvEvaluationStore,
  openBucket,
  readStreamJournal,
} from "@collm/events";
import { countQueued, explainQueue } from "@collm/events/testing";
import { replaySearch, type SearchEvent } from "@collm/search";
import { until } from "../support/poll.js";
import { completionsOf, decisionsOf } from "../support/run-files.js";
import { budget, type DisturbedRun } from "./disturbed-run.js";
import type { FaultCluster } from "./fault-cluster.js";

/** What a machine that does other things too may add. */
const slackSeconds = 15;
/** Duplicates that were under way when the search ended are done within this time. */
const quietMs = 20_000;

/** The longest that a disturbed search may take. */
export function allowedSeconds(
  undisturbedSeconds: number,
  plan: readonly { readonly disturbance: { readonly delayMs: number } }[],
): number {
  const delayMs = plan.reduce((sum, { disturbance }) => sum + disturbance.delayMs, 0);
  return 2 * undisturbedSeconds + delayMs / 1000 + slackSeconds;
}

/**
 * Everything that is wrong after a disturbed search; nothing if nothing was lost, doubled, decided
 * otherwise or delayed too long. Removes the dead letters.
 *
 * @param undisturbedSeconds what a search takes on this cluster that nobody disturbs
 */
export async function problemsOf(
  cluster: FaultCluster,
  run: DisturbedRun,
  undisturbedSeconds: number,
): Promise<readonly string[]> {
  const allowed = allowedSeconds(undisturbedSeconds, run.applied);
  return [
    ...run.failures,
    ...decisionProblems(run),
    ...resultProblems(run),
    ...(run.seconds > allowed
      ? [`took ${run.seconds.toFixed(1)} s, allowed are ${allowed.toFixed(1)} s`]
      : []),
    ...(await journalProblems(cluster, run)),
    ...(await storeProblems(cluster, run)),
    ...(await letterProblems(cluster, run)),
    ...(await queueProblems(cluster)),
    ...cluster.services.flatMap(({ service }) => service.takeUnexpectedEnds()),
  ];
}

/** The winner is the last of the decisions. */
function decisionProblems({ events, undisturbed }: DisturbedRun): string[] {
  const got = decisionsOf(events);
  const expected = decisionsOf(undisturbed);
  if (isDeepStrictEqual(got, expected)) return [];
  const at = expected.findIndex((decision, i) => !isDeepStrictEqual(decision, got[i]));
  const { at: _, ...last } = events.at(-1) ?? { at: "" };
  return [
    `decision ${at}: got ${JSON.stringify(got[at])}, undisturbed it is ${JSON.stringify(expected[at])}; ` +
      `the last event is ${JSON.stringify(last)}`,
  ];
}

/** One result for each architecture, and the one that it has undisturbed. */
function resultProblems({ events, undisturbed }: DisturbedRun): string[] {
  const completions = completionsOf(events);
  const doubled = [...completions].flatMap(([key, count]) =>
    count === 1 ? [] : [`${key} has ${count} results`],
  );
  if (completions.size !== budget) {
    doubled.push(`${completions.size} architectures have a result, allowed are ${budget}`);
  }
  return isDeepStrictEqual(resultsOf(events), resultsOf(undisturbed))
    ? doubled
    : [...doubled, "results differ from those of the undisturbed search"];
}

async function journalProblems(cluster: FaultCluster, run: DisturbedRun): Promise<string[]> {
  const { connection } = cluster;
  const stored = await readStreamJournal(connection, run.searchId);
  const { divergence } = await replaySearch(run.events);
  return [
    ...(isDeepStrictEqual(stored, run.events) ? [] : ["watched events differ from the journal"]),
    ...(divergence ? [`replay differs at event ${JSON.stringify(divergence)}`] : []),
  ];
}

async function storeProblems(cluster: FaultCluster, run: DisturbedRun): Promise<string[]> {
  const bucket = await openBucket(cluster.connection, bucketNames.evaluations, { replicas: 1 });
  const store = createKvEvaluationStore(bucket);
  const problems = await Promise.all(
    [...resultsOf(run.events)].map(async ([key, result]) =>
      isDeepStrictEqual(await store.read(key), result) ? [] : [`${key}: the store differs`],
    ),
  );
  return problems.flat();
}

async function letterProblems(cluster: FaultCluster, run: DisturbedRun): Promise<string[]> {
  const bucket = await openBucket(cluster.connection, bucketNames.deadLetters, { replicas: 1 });
  const letters = createDeadLetters(bucket);
  const isExpected = (key: string): boolean =>
    [...run.expectedLetters].some((expected) =>
      expected.endsWith("/") ? key.startsWith(expected) : key === expected,
    );
  const list = await letters.list();
  for (const { key } of list) await letters.remove(key);
  const missing = [...run.expectedLetters].filter(
    (expected) => !list.some(({ key }) => key.startsWith(expected)),
  );
  return [
    ...list.flatMap(({ key, message }) =>
      isExpected(key) ? [] : [`dead letter ${key}: ${message}`],
    ),
    ...missing.map((key) => `no dead letter of ${key}`),
  ];
}

async function queueProblems({ connection }: FaultCluster): Promise<string[]> {
  const isEmpty = async () => ((await countQueued(connection)) === 0 ? true : undefined);
  return await until("an empty queue", isEmpty, quietMs).then(
    () => [],
    async () => [`work is left in the queue: ${await explainQueue(connection)}`],
  );
}

function resultsOf(events: readonly SearchEvent[]): ReadonlyMap<string, unknown> {
  return new Map(
    events
      .filter((event) => event.type === "EvaluationCompleted")
      .map(({ key, result }) => [key, result] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
