import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { funnel, type Proposal } from "@collm/search";
import {
  createFixedClock,
  MemoryEvaluationStore,
  ScriptedRoles,
  SyntheticDispatcher,
  searchStarted,
  testSearchId,
} from "@collm/search/testing";
import { createRng, createSearchSpace, sampleUniform } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { createMetrics } from "@collm/telemetry";
import { expect, it, onTestFinished } from "vitest";
import { configOf } from "./coordinator.fixture.js";
import { directoryJournals } from "./file-journals.js";
import { logger } from "./neighbours.fixture.js";
import { observeQueue } from "./queue-metrics.js";
import { observeRunning } from "./running-metrics.js";
import { createSearchMetrics } from "./search-metrics.js";
import { Searches } from "./searches.js";

const space = createSearchSpace(tinySpec);

/** Some that can be measured, one twice, one illegal, one that cannot be read. */
function proposals(iteration: number): readonly Proposal[] {
  const rng = createRng(iteration);
  const notations = Array.from({ length: 3 }, () => space.fileNotation(sampleUniform(space, rng)));
  return [
    ...notations.map((notation) => ({ text: "", notation })),
    { text: "", notation: notations[0] },
    { text: "", notation: { d: [99] } },
    { text: "?", problem: "no candidate" },
  ];
}

it("counts what the journal of a search tells, and shows the search that is worst off", async () => {
  const directory = await mkdtemp(join(tmpdir(), "collm-metrics-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const metrics = createMetrics("coordinator");
  const store = new MemoryEvaluationStore();
  const { supernet, versions, roles } = searchStarted();
  const searches = new Searches({
    journals: directoryJournals(directory),
    ports: {
      store,
      dispatcher: new SyntheticDispatcher({ space, store }),
      clock: createFixedClock(),
      roles: () =>
        new ScriptedRoles({
          candidates: ({ iteration }) => (iteration === 2 ? undefined : proposals(iteration)),
        }),
    },
    describeSupernet: async () => supernet,
    describeRoles: async () => roles,
    measureTest: async () => Promise.reject(new Error("not asked")),
    observe: createSearchMetrics(metrics),
    versions,
    logger,
  });
  await searches.start(
    testSearchId,
    configOf({ searcher: "collm", iterations: 3, limits: { maxMacs: 2_000_000 } }),
    supernet.name,
  );
  for await (const _ of searches.watch(testSearchId, 0, new AbortController().signal));
  const state = await searches.find(testSearchId);
  if (!state) throw new Error("no search");

  const values = await valuesOf(metrics);
  const { proposed, parsed, legal, novel, evaluated } = funnel(state);
  expect({ proposed, parsed, legal, novel, evaluated }).toEqual(
    Object.fromEntries(
      ["proposed", "parsed", "legal", "novel", "evaluated"].map((stage) => [
        stage,
        values(`collm_candidates_total{stage="${stage}"`),
      ]),
    ),
  );
  expect(proposed).toBeGreaterThan(parsed);
  expect(parsed).toBeGreaterThan(legal);
  expect(legal).toBeGreaterThan(novel);
  const rejected = state.iterations
    .flatMap(({ candidates }) => candidates ?? [])
    .filter(({ status }) => status.kind === "rejected");
  expect(values("collm_candidates_rejected_total{")).toBe(rejected.length);
  expect(values('collm_degraded_total{role="generator"')).toBe(1);
  expect(values('collm_searches_ended_total{reason="iterations"')).toBe(1);
  expect(values("collm_queue_wait_seconds_count{")).toBe(evaluated);

  const { lastAt = "" } = state;
  observeRunning(
    metrics,
    () => [{ ...state, lastAt: new Date(Date.parse(lastAt) - 5_000).toISOString() }, state],
    () => Date.parse(lastAt) + 60_000,
  );
  const seen = await valuesOf(metrics);
  expect(seen("collm_searches_running{")).toBe(2);
  expect(seen("collm_search_quiet_seconds{")).toBe(65);
  expect(seen('collm_search_budget_used_ratio{budget="evaluations"')).toBeCloseTo(evaluated / 12);
  expect(seen(`collm_best_accuracy_ratio{supernet="${supernet.name}"`)).toBeGreaterThan(0);
});

it("shows what has not happened yet as none, since a share of nothing is no alert", async () => {
  const metrics = createMetrics("coordinator");
  createSearchMetrics(metrics);
  const values = await valuesOf(metrics);
  for (const series of [
    'candidates_total{stage="evaluated"',
    'candidates_rejected_total{reason="illegal"',
    'evaluation_failures_total{code="internal"',
    'searches_ended_total{reason="failure"',
  ]) {
    expect(values(`collm_${series}`), series).toBe(0);
  }
});

it("does not show a queue that nobody can ask", async () => {
  const metrics = createMetrics("coordinator");
  const load = {
    ...{ waiting: 7, underWay: 2, untouched: 0, redelivered: 1, deadLetters: 3 },
    ...{ evaluators: 2, slots: 4, storageBytes: 5, storageLimitBytes: undefined },
  };
  let isUp = true;
  observeQueue(metrics, async () => (isUp ? load : Promise.reject(new Error("no answer"))));
  expect((await valuesOf(metrics))("collm_work_waiting{")).toBe(7);
  expect((await valuesOf(metrics))("collm_nats_storage_limit_bytes{")).toBeUndefined();
  isUp = false;
  const values = await valuesOf(metrics);
  expect(values("collm_nats_up{")).toBe(0);
  expect(values("collm_work_waiting{")).toBeUndefined();
});

/** Gives the sum of the samples that begin so; undefined for none. */
async function valuesOf(metrics: { render(): Promise<string> }) {
  const lines = (await metrics.render()).split("\n");
  return (start: string): number | undefined => {
    const samples = lines.filter((line) => line.startsWith(start));
    if (samples.length === 0) return undefined;
    return samples.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  };
}
