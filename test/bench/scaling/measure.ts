import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSearchConfig, parseSearchId, type SearchEvent } from "@collm/search";
import { FaultCluster, supernetOf } from "../../fault/fault-cluster.js";

export interface ScalingRun {
  readonly evaluators: number;
  /** Evaluations at the same time in one evaluator. */
  readonly workers: number;
  /** How long an evaluator waits for each candidate. */
  readonly evaluationMs: number;
  readonly candidatesPerIteration: number;
  readonly budget: number;
}

export interface ScalingResult {
  /** From the search's first event to its last. */
  readonly seconds: number;
  /** Of each evaluation, from the event that asks for it to the event with its result. */
  readonly turnaroundMs: readonly number[];
}

const seed = 0;

/** One random search on a cluster of its own. */
export async function measureScaling(run: ScalingRun): Promise<ScalingResult> {
  const folder = await mkdtemp(join(tmpdir(), "collm-bench-scaling-"));
  const { evaluators, workers, evaluationMs, candidatesPerIteration, budget } = run;
  const cluster = await FaultCluster.start({
    folder,
    seeds: [seed],
    evaluators,
    workers,
    evaluationMs,
    isDirect: true,
    // As deployments have them.
    env: { COLLM_ACK_WAIT_MS: "30000", COLLM_BEAT_MS: "10000", COLLM_MAX_WAITING: "10000" },
  });
  try {
    const searchId = parseSearchId("scaling");
    const config = { ...defaultSearchConfig("random"), seed, budget, candidatesPerIteration };
    const events: SearchEvent[] = [];
    const { signal } = new AbortController();
    await cluster.client.start(searchId, config, supernetOf(seed), signal);
    for await (const event of cluster.client.follow(searchId, signal)) events.push(event);
    return resultOf(events, budget);
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function resultOf(events: readonly SearchEvent[], budget: number): ScalingResult {
  const first = events[0];
  const last = events.at(-1);
  if (!first || last?.type !== "SearchFinished") throw new Error("the search did not finish");
  const requestedAt = new Map<string, number>();
  const turnaroundMs: number[] = [];
  for (const event of events) {
    const at = Date.parse(event.at);
    if (event.type === "EvaluationRequested") requestedAt.set(event.key, at);
    if (event.type === "EvaluationCompleted") {
      turnaroundMs.push(at - (requestedAt.get(event.key) ?? Number.NaN));
    }
  }
  if (turnaroundMs.length !== budget) {
    throw new Error(`the search has ${turnaroundMs.length} results, expected are ${budget}`);
  }
  return { seconds: (Date.parse(last.at) - Date.parse(first.at)) / 1000, turnaroundMs };
}
