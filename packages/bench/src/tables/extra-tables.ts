import { mean, standardDeviation } from "@collm/statistics";
import { funnelStages, type SearchRecord } from "../record.js";
import { labelOf } from "./common-tables.js";
import { type CostToReach, costToReach } from "./cost-to-reach.js";
import { type ArmSummary, bestAfter, distributionOf, type TargetSummary } from "./summarise.js";
import { fixed, grouped, type Table, withSpread } from "./table.js";

/** Tables that only some suites have. */

/** The initial population: what the first iteration found before anything was learnt. */
export function firstIterationTable({ arms }: TargetSummary): Table {
  return {
    title: "First iteration",
    note: "Validation top-1 of the first iteration's networks: mean of all and best, mean and standard deviation over seeds; shares of the proposals that were new and evaluated.",
    header: ["searcher", "mean", "best", "proposed", "novel", "evaluated", "best at the end"],
    rows: arms.map(({ arm, records, validation }) => {
      const first = records.map(({ firstIteration }) => firstIteration);
      const means = distributionOf(first.flatMap(({ meanPercent }) => meanPercent ?? []));
      const bests = distributionOf(first.flatMap(({ bestPercent }) => bestPercent ?? []));
      const funnelMean = (stage: "proposed" | "novel" | "evaluated"): string =>
        fixed(mean(first.map(({ funnel }) => funnel[stage])), 1);
      return [
        arm.label,
        withSpread(means.mean, means.sd),
        withSpread(bests.mean, bests.sd),
        funnelMean("proposed"),
        funnelMean("novel"),
        funnelMean("evaluated"),
        withSpread(validation.mean, validation.sd),
      ];
    }),
  };
}

/** Accuracy at several budgets, read from the courses. */
export function milestonesTable({ arms }: TargetSummary, milestones: readonly number[]): Table {
  return {
    title: "Accuracy by budget",
    note: "Best validation top-1 so far, mean and standard deviation over seeds.",
    header: ["searcher", ...milestones.map((count) => `${count} evaluations`)],
    rows: arms.map(({ arm, records }) => [
      arm.label,
      ...milestones.map((count) => {
        const percents = records
          .map((record) => bestAfter(record, count))
          .filter((percent) => !Number.isNaN(percent));
        return withSpread(mean(percents), standardDeviation(percents));
      }),
    ]),
  };
}

/** What it costs to be, on average, as accurate as the baseline is at each of its milestones. */
export function costTable(
  { arms }: TargetSummary,
  baseline: string,
  milestones: readonly number[],
): Table {
  const own = arms.find(({ arm }) => arm.name === baseline);
  const name = labelOf(arms, baseline);
  return {
    title: "Cost at equal accuracy",
    note: `Until the mean of the best so far is that of ${name} after so many evaluations. Evaluator seconds are what the benchmark charges, LLM seconds what requests to language models took; the last column compares their sum.`,
    header: [
      "searcher",
      `accuracy of ${name}`,
      "after",
      "evaluations",
      "evaluator s",
      "LLM s",
      "LLM tokens",
      `times less than ${name}`,
    ],
    rows: milestones.flatMap((milestone) => {
      const score = mean((own?.records ?? []).map((record) => bestAfter(record, milestone)));
      const reference = costToReach(own?.records ?? [], score);
      return arms.map(({ arm, records }) => [
        arm.label,
        fixed(score),
        grouped(milestone),
        ...costCells(costToReach(records, score), reference),
      ]);
    }),
  };
}

function costCells(cost: CostToReach | undefined, reference: CostToReach | undefined): string[] {
  if (!cost) return ["not reached", "–", "–", "–", "–"];
  const secondsOf = (of: CostToReach): number => of.evaluatorSeconds + of.llmSeconds;
  return [
    grouped(cost.evaluations),
    grouped(cost.evaluatorSeconds),
    fixed(cost.llmSeconds, 1),
    grouped(cost.llmTokens),
    reference ? fixed(secondsOf(reference) / secondsOf(cost)) : "–",
  ];
}

/** Where proposals went: proposed >= parsed >= legal >= novel >= evaluated. */
export function funnelTable({ arms }: TargetSummary): Table {
  return {
    title: "Proposals",
    note: "Means over runs. Degraded: iterations in which a role failed and something stood in for it.",
    header: ["searcher", ...funnelStages, "degraded"],
    rows: arms.map(({ arm, records }) => [
      arm.label,
      ...funnelStages.map((stage) => fixed(mean(records.map(({ funnel }) => funnel[stage])), 1)),
      fixed(mean(records.map(({ degraded }) => degraded)), 2),
    ]),
  };
}

/** What language models cost; no rows where none was asked. */
export function llmUsageTable({ arms }: TargetSummary): Table {
  const asked = arms.filter(({ records }) => records.some(({ llm }) => llm.length > 0));
  return {
    title: "Language models",
    note: "Means over runs of a whole search.",
    header: [
      "searcher",
      "requests",
      "failed",
      "input tokens",
      "output tokens",
      "LLM s",
      "evaluator s",
    ],
    rows: asked.map(({ arm, records }) => {
      const total = (of: (call: SearchRecord["llm"][number]) => number): number =>
        mean(records.map(({ llm }) => llm.reduce((sum, call) => sum + of(call), 0)));
      return [
        arm.label,
        fixed(
          total(({ requests }) => requests),
          1,
        ),
        fixed(
          total(({ failed }) => failed),
          2,
        ),
        grouped(total(({ inputTokens }) => inputTokens)),
        grouped(total(({ outputTokens }) => outputTokens)),
        fixed(
          total(({ seconds }) => seconds),
          1,
        ),
        grouped(mean(records.map(({ evaluatorSeconds }) => sum(evaluatorSeconds)))),
      ];
    }),
  };
}

/** Mean validation top-1 by the Navigator's (rows) and the Generator's temperature. */
export function temperatureGridTable({ arms }: TargetSummary): Table {
  const temperatureOf = (role: "navigator" | "generator", { arm }: ArmSummary): number =>
    arm.players?.[role].temperature ?? Number.NaN;
  const rows = [...new Set(arms.map((arm) => temperatureOf("navigator", arm)))];
  const columns = [...new Set(arms.map((arm) => temperatureOf("generator", arm)))];
  const means = arms.map(({ validation }) => validation.mean);
  const variation = (100 * standardDeviation(means)) / mean(means);
  return {
    title: "Temperatures",
    note: `Mean validation top-1; rows are the Navigator's temperature, columns the Generator's. Coefficient of variation of the cells: ${fixed(variation, 4)} %.`,
    header: ["Navigator", ...columns.map(String)],
    rows: rows.map((row) => [
      String(row),
      ...columns.map((column) => {
        const found = arms.find(
          (arm) =>
            temperatureOf("navigator", arm) === row && temperatureOf("generator", arm) === column,
        );
        return fixed(found?.validation.mean ?? Number.NaN);
      }),
    ]),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
