import { mean } from "@collm/statistics";
import { funnelStages } from "../record.js";
import type { TargetSummary } from "./summarise.js";

/** Unrounded numbers for other programs: `summary` has a line for each arm and target. */
export function summaryCsv(summaries: readonly TargetSummary[]): string {
  const rows = summaries.flatMap(({ target, facts, score, arms }) =>
    arms.map(({ arm, records, validation, test, meanEvaluations, reach }) => [
      target.name,
      arm.name,
      arm.label,
      records.length,
      ...[validation, test].flatMap((one) => [
        one.mean,
        one.sd,
        one.quantile05,
        one.quantile25,
        one.median,
        one.quantile75,
        one.quantile95,
      ]),
      meanEvaluations,
      score,
      reach.medianEvaluations,
      reach.share,
      ...funnelStages.map((stage) => mean(records.map(({ funnel }) => funnel[stage]))),
      mean(records.map(({ evaluatorSeconds }) => total(evaluatorSeconds))),
      mean(records.map(({ llm }) => total(llm.map(({ seconds }) => seconds)))),
      facts?.noise.medianSd ?? Number.NaN,
    ]),
  );
  const spread = ["mean", "sd", "q05", "q25", "median", "q75", "q95"];
  return csv(
    [
      "target",
      "arm",
      "label",
      "runs",
      ...spread.map((name) => `validation_top1_percent_${name}`),
      ...spread.map((name) => `test_top1_percent_${name}`),
      "evaluations_mean",
      "score_percent",
      "evaluations_to_score_median",
      "score_reached_share",
      ...funnelStages.map((stage) => `${stage}_mean`),
      "evaluator_seconds_mean",
      "llm_seconds_mean",
      "noise_floor_sd",
    ],
    rows,
  );
}

/** A line for each arm, target and baseline. */
export function pairedCsv(summaries: readonly TargetSummary[]): string {
  const rows = summaries.flatMap(({ target, arms }) =>
    arms.flatMap(({ arm, against }) =>
      against.map(({ baseline, comparison }) => [
        target.name,
        arm.name,
        baseline,
        comparison.pairs,
        comparison.meanDifference,
        ...comparison.interval,
        ...comparison.bootstrap,
        comparison.pStudent,
        comparison.pSignedRank,
        comparison.wins,
        comparison.ties,
        comparison.losses,
      ]),
    ),
  );
  return csv(
    [
      "target",
      "arm",
      "baseline",
      "pairs",
      "difference_points",
      "t_low",
      "t_high",
      "bootstrap_low",
      "bootstrap_high",
      "p_t",
      "p_signed_rank",
      "wins",
      "ties",
      "losses",
    ],
    rows,
  );
}

type Cell = string | number;

function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** Numbers to six decimals; empty where there is none, `inf` for what was never reached. */
function cell(value: Cell): string {
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "";
    return Number.isFinite(value) ? String(Number(value.toFixed(6))) : "inf";
  }
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
