import { parseArgs } from "node:util";
import { quantile } from "@collm/statistics";
import { machineLine } from "../machine.js";
import { fixed, grouped, markdownTable } from "../markdown.js";
import { readCount, readCounts } from "../options.js";
import { say } from "../progress.js";
import type { Suite } from "../suite.js";
import { measureScaling, type ScalingResult } from "./measure.js";

const evaluationMs = 250;
const batch = 64;
const throughputWorkers = 2;

export const scalingSuite: Suite = {
  name: "scaling",
  summary: "more evaluators on NATS: speed-up, what the queue costs, evaluations per second",
  optionsHelp: [
    `  --evaluators LIST  evaluators that wait ${evaluationMs} ms (default: 1,2,4,8)`,
    "  --budget N         evaluations of each of these searches (default: 256)",
    "  --fast N           evaluations of the searches that wait for nothing (default: 3000)",
    "",
    "  Final run, some 4 minutes:",
    "      pnpm --silent bench scaling",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        evaluators: { type: "string", default: "1,2,4,8" },
        budget: { type: "string", default: "256" },
        fast: { type: "string", default: "3000" },
      },
    });
    const counts = readCounts("evaluators", values.evaluators);
    const budget = readCount("budget", values.budget);
    const fast = readCount("fast", values.fast, 0);
    const machine = machineLine();
    const speed = await measureAll(counts, (evaluators) => ({
      ...{ evaluators, workers: 1, evaluationMs, budget },
      candidatesPerIteration: batch,
    }));
    // As many candidates as evaluators: none waits for another.
    const overhead = await measureAll(counts, (evaluators) => ({
      ...{ evaluators, workers: 1, evaluationMs, budget: 24 * evaluators },
      candidatesPerIteration: evaluators,
    }));
    const throughput = await measureAll(fast === 0 ? [] : counts.slice(0, 3), (evaluators) => ({
      ...{ evaluators, workers: throughputWorkers, evaluationMs: 0, budget: fast },
      candidatesPerIteration: batch,
    }));
    return {
      markdown: [
        "# Scaling on NATS",
        "",
        `Random searcher, batches of ${batch}, ${grouped(budget)} evaluations on evaluators that wait ${evaluationMs} ms for each, one at a time.`,
        "Speed-up is against one evaluator of this table; seconds are from the search's first event to its last.",
        "",
        `${machine}.`,
        "",
        markdownTable(["evaluators", "s", "speed-up", "of linear"], speedRows(speed)),
        "",
        `What the queue costs an evaluation that no other keeps waiting: from the event that asks for it to the event with its result, less the ${evaluationMs} ms. Batches of as many candidates as evaluators.`,
        "",
        markdownTable(["evaluators", "evaluations", "ms, p50", "ms, p99"], overheadRows(overhead)),
        "",
        `Evaluations that take no time, ${grouped(fast)} in batches of ${batch}, evaluators with ${throughputWorkers} workers; all processes share the machine.`,
        "",
        markdownTable(["evaluators", "evaluations/s"], throughputRows(throughput)),
      ].join("\n"),
      files: {},
    };
  },
};

type Measured = readonly (readonly [evaluators: number, result: ScalingResult])[];

async function measureAll(
  counts: readonly number[],
  runOf: (evaluators: number) => Parameters<typeof measureScaling>[0],
): Promise<Measured> {
  const measured: [number, ScalingResult][] = [];
  for (const evaluators of counts) {
    const run = runOf(evaluators);
    const result = await measureScaling(run);
    say(`${JSON.stringify(run)}: ${result.seconds.toFixed(2)} s`);
    measured.push([evaluators, result]);
  }
  return measured;
}

function speedRows(measured: Measured): string[][] {
  const [first] = measured;
  if (!first) return [];
  // Against one evaluator, were it not measured.
  const single = first[0] * first[1].seconds;
  return measured.map(([evaluators, { seconds }]) => [
    String(evaluators),
    fixed(seconds, 2),
    fixed(single / seconds, 2),
    `${fixed((100 * single) / seconds / evaluators, 1)} %`,
  ]);
}

function overheadRows(measured: Measured): string[][] {
  return measured.map(([evaluators, { turnaroundMs }]) => {
    const overhead = turnaroundMs.map((ms) => ms - evaluationMs);
    const quantiles = [0.5, 0.99].map((share) => fixed(quantile(overhead, share), 1));
    return [String(evaluators), grouped(overhead.length), ...quantiles];
  });
}

function throughputRows(measured: Measured): string[][] {
  return measured.map(([evaluators, { seconds, turnaroundMs }]) => [
    String(evaluators),
    grouped(turnaroundMs.length / seconds),
  ]);
}
