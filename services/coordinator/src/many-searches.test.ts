import {
  announceEvaluator,
  bucketNames,
  connectNats,
  createDeadLetters,
  createKvEvaluationStore,
  defaultPool,
  openBucket,
  WorkPuller,
  WorkStarts,
} from "@collm/events";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { callUnary } from "@collm/rpc";
import { foldEvents, type SearchEvent } from "@collm/search";
import { createSearchBench, decisionsOf, searchStarted } from "@collm/search/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { configOf, openCoordinator } from "./coordinator.fixture.js";
import { resultOf } from "./neighbours.fixture.js";

const searches = 50;
const contextDigest = "context-1";

/** Small searches that propose other things from one another, and some things alike. */
const configs = Array.from({ length: searches }, (_, seed) =>
  configOf({ seed, budget: 8, searcher: seed % 2 === 0 ? "random" : "evolution" }),
);

type Bench = Awaited<ReturnType<typeof openCoordinator>>;

/** All at once, each watched by a client of its own, and each as if it were alone. */
async function runAll(bench: Bench): Promise<void> {
  const run = async (seed: number): Promise<SearchEvent[]> => {
    await bench.begin(`search-${seed}`, configs[seed]);
    return await bench.watch(`search-${seed}`);
  };
  const journals = await Promise.all(configs.map((_, seed) => run(seed)));
  for (const [seed, events] of journals.entries()) {
    expect(foldEvents(events)).toMatchObject({ phase: "finished", finishReason: "budget" });
    expect(decisions(events)).toEqual(await decisionsAlone(seed));
    expect(new Set(events.map(({ searchId }) => searchId))).toEqual(new Set([`search-${seed}`]));
  }
  const listed = await callUnary(bench.client, "listSearches", {});
  expect(listed.searches).toHaveLength(searches);
  for (const search of listed.searches) {
    expect(search).toMatchObject({ status: "finished", evaluations: 8, budget: 8 });
  }
}

/** The same search by itself and in memory. */
async function decisionsAlone(seed: number): Promise<readonly unknown[]> {
  const started = searchStarted(configs[seed]);
  const supernet = { ...started.supernet, name: "tiny", contextDigest };
  const bench = createSearchBench({
    events: [{ ...started, supernet }],
    ports: {
      dispatcher: {
        evaluate: async ({ canonical }) => {
          const { isStored, ...result } = resultOf(canonical);
          return { kind: "completed", result, isStored };
        },
      },
    },
  });
  await bench.run();
  return decisions(bench.journal.events);
}

/** All after SearchStarted, without the search's name. */
function decisions([, ...events]: readonly SearchEvent[]): readonly string[] {
  return decisionsOf(events.map((event) => ({ ...event, searchId: "" })));
}

// Each event is on a disk before the next; a busy one may take a second for it.
describe("fifty searches at once on one coordinator", { timeout: 240_000 }, () => {
  it("all finish, each with the decisions that it makes alone", async () => {
    await runAll(await openCoordinator());
  });
});

describeWithNats("fifty searches at once over NATS", () => {
  it("all finish, each with the decisions that it makes alone", { timeout: 240_000 }, async () => {
    const server = await TestNatsServer.start();
    onTestFinished(() => server.stop());
    const bench = await openCoordinator({
      servers: [server.url],
      replicas: 1,
      ackWaitMs: 5_000,
      beatMs: 1_000,
      maxDeliver: 5,
      maxWaiting: 1_000,
      leaseMs: 10_000,
    });
    await startEvaluator(server.url);
    await runAll(bench);
  });
});

/** One evaluator that takes work from the queue and measures by the formula. */
async function startEvaluator(url: string): Promise<void> {
  const connection = await connectNats({ servers: [url], name: "evaluator" });
  onTestFinished(() => connection.close());
  const bucket = (name: string) => openBucket(connection, name, { replicas: 1 });
  const store = createKvEvaluationStore(await bucket(bucketNames.evaluations));
  await announceEvaluator(await bucket(bucketNames.evaluators), {
    id: "evaluator",
    supernets: [{ ...searchStarted().supernet, name: "tiny", contextDigest }],
    device: "test",
    sharing: "exclusive",
    slots: 8,
    pool: defaultPool,
  });
  new WorkPuller(
    connection,
    { pool: defaultPool, contextDigests: [contextDigest] },
    { slots: 8, beatMs: 1_000, waitMs: 1_000, maxDeaths: 5, retryDelayMs: 50 },
    {
      deadLetters: createDeadLetters(await bucket(bucketNames.deadLetters)),
      starts: new WorkStarts(connection, await bucket(bucketNames.starts)),
      evaluate: async ({ key, canonical }, { onStarted }) => {
        onStarted();
        const { isStored, ...result } = resultOf(canonical);
        return { kind: "completed", result: await store.write(key, result), isStored };
      },
      onProblem: () => undefined,
    },
  );
}
