import type { ArmSummary, TargetSummary } from "./summarise.js";
import {
  fixed,
  grouped,
  intervalInWords,
  pValue,
  signed,
  type Table,
  withSpread,
} from "./table.js";

/** The tables that every suite has. */

/** Arms by targets, validation and test: the shape of the paper's Table 4. */
export function overviewTable(summaries: readonly TargetSummary[]): Table {
  const arms = summaries[0]?.arms ?? [];
  const optima = summaries.map(({ facts }) => facts?.optimum);
  const optimum = optima.every((one) => one !== undefined)
    ? [
        [
          "best of the table by validation",
          ...optima.flatMap((one) => [
            fixed(one?.validationPercent ?? Number.NaN),
            fixed(one?.testPercent ?? Number.NaN),
          ]),
        ],
      ]
    : [];
  return {
    title: "Validation and test top-1",
    note: "Percent, mean and standard deviation over seeds.",
    header: [
      "searcher",
      ...summaries.flatMap(({ target }) => [`${target.name} validation`, `${target.name} test`]),
    ],
    rows: [
      ...arms.map(({ arm }, place) => [
        arm.label,
        ...summaries.flatMap(({ arms: all }) => {
          const { validation, test } = all[place] as ArmSummary;
          return [withSpread(validation.mean, validation.sd), withSpread(test.mean, test.sd)];
        }),
      ]),
      ...optimum,
    ],
  };
}

/** Spread of the winners' validation accuracy, and how soon the baseline's score is reached. */
export function spreadTable({ score, arms }: TargetSummary, baseline: string): Table {
  const name = labelOf(arms, baseline);
  return {
    title: "Spread",
    note: `Validation top-1 of the winners. The last column is about the score, the mean of ${name} at its end: evaluations to reach it, median over runs, in brackets the share of runs that did.`,
    header: [
      "searcher",
      "runs",
      "mean",
      "sd",
      "5 %",
      "25 %",
      "median",
      "75 %",
      "95 %",
      "evaluations",
      "score",
      "to reach it",
    ],
    rows: arms.map((summary) => {
      const { arm, records, validation, meanEvaluations, reach } = summary;
      return [
        arm.label,
        grouped(records.length),
        fixed(validation.mean),
        fixed(validation.sd),
        fixed(validation.quantile05),
        fixed(validation.quantile25),
        fixed(validation.median),
        fixed(validation.quantile75),
        fixed(validation.quantile95),
        fixed(meanEvaluations, 1),
        fixed(score),
        reachInWords(summary, reach),
      ];
    }),
  };
}

/** What tables call a baseline. */
export function labelOf(arms: readonly ArmSummary[], baseline: string): string {
  return arms.find(({ arm }) => arm.name === baseline)?.arm.label ?? baseline;
}

function reachInWords({ arm }: ArmSummary, { medianEvaluations, share }: ArmSummary["reach"]) {
  if (!Number.isFinite(share)) return "–";
  const median = Number.isFinite(medianEvaluations)
    ? grouped(medianEvaluations)
    : `> ${grouped(arm.config.budget)}`;
  return `${median} (${Math.round(100 * share)} %)`;
}

/** Differences by seed against each baseline, beside the benchmark's noise. */
export function pairedTable({ facts, arms }: TargetSummary, baseline: string): Table {
  const noise = facts?.noise;
  return {
    title: `Against ${labelOf(arms, baseline)}`,
    note:
      "Validation top-1, paired by seed, in percentage points; intervals of the mean difference at 95 %." +
      (noise ? " Noise is the benchmark's noise floor." : ""),
    header: [
      "searcher",
      "difference",
      "t-interval",
      "bootstrap",
      "p (t)",
      "p (signed rank)",
      "wins",
      "ties",
      "losses",
      ...(noise ? ["in units of noise"] : []),
    ],
    rows: arms.flatMap(({ arm, against }) => {
      const comparison = against.find((one) => one.baseline === baseline)?.comparison;
      if (!comparison) return [];
      const { meanDifference, interval, bootstrap } = comparison;
      return [
        [
          arm.label,
          signed(meanDifference),
          intervalInWords(interval),
          intervalInWords(bootstrap),
          pValue(comparison.pStudent),
          pValue(comparison.pSignedRank),
          grouped(comparison.wins),
          grouped(comparison.ties),
          grouped(comparison.losses),
          ...(noise ? [signed(meanDifference / noise.medianSd, 1)] : []),
        ],
      ];
    }),
  };
}
