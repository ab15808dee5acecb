import {
  comparePaired,
  mean,
  type PairedComparison,
  quantile,
  type Reach,
  reachOf,
  standardDeviation,
} from "@collm/statistics";
import type { TableFacts } from "../in-process/table-target.js";
import { type PlannedSearch, searchKey, type Target } from "../plan.js";
import type { SearchRecord } from "../record.js";
import type { Arm } from "../suites/arm.js";

/** Spread of one number over runs. */
export interface Distribution {
  readonly mean: number;
  readonly sd: number;
  readonly quantile05: number;
  readonly quantile25: number;
  readonly median: number;
  readonly quantile75: number;
  readonly quantile95: number;
}

/** What the runs of one arm on one target found. */
export interface ArmSummary {
  readonly arm: Arm;
  readonly target: Target;
  /** By seed, of the seeds that are done. */
  readonly records: readonly SearchRecord[];
  readonly validation: Distribution;
  /** All NaN where the test split stayed sealed. */
  readonly test: Distribution;
  readonly meanEvaluations: number;
  /** Evaluations until the best so far is at least the first baseline's mean at the end. */
  readonly reach: Reach;
  /** Against each baseline but itself, by the seeds that both have. */
  readonly against: readonly { readonly baseline: string; readonly comparison: PairedComparison }[];
}

/** All arms on one target. */
export interface TargetSummary {
  readonly target: Target;
  readonly facts: TableFacts | undefined;
  /** The score that `reach` is about; NaN without a baseline's runs. */
  readonly score: number;
  readonly arms: readonly ArmSummary[];
}

export interface SummaryInput {
  readonly plan: readonly PlannedSearch[];
  /** By `searchKey`; searches that are not done yet are missing. */
  readonly records: ReadonlyMap<string, SearchRecord>;
  readonly baselines: readonly string[];
  readonly facts: ReadonlyMap<string, TableFacts>;
}

/** Folds records into what tables show. Their order of arrival makes no difference. */
export function summarise(input: SummaryInput): readonly TargetSummary[] {
  const { plan, baselines, facts } = input;
  const targets = [...new Set(plan.map(({ target }) => target))];
  const arms = [...new Set(plan.map(({ arm }) => arm))];
  return targets.map((target) => {
    const of = new Map(arms.map((arm) => [arm.name, recordsOf(input, arm, target)]));
    const score = mean(validationOf(of.get(baselines[0] ?? "") ?? []));
    return {
      target,
      facts: facts.get(target.name),
      score,
      arms: arms.map((arm) => {
        const records = of.get(arm.name) ?? [];
        return {
          arm,
          target,
          records,
          validation: distributionOf(validationOf(records)),
          test: distributionOf(records.flatMap(({ testPercent }) => testPercent ?? [])),
          meanEvaluations: mean(records.map(({ course }) => course.length)),
          reach: reachOf(
            records.map(({ course }) => course),
            score,
          ),
          against: baselines
            .filter((baseline) => baseline !== arm.name)
            .map((baseline) => ({
              baseline,
              comparison: compare(records, of.get(baseline) ?? []),
            })),
        };
      }),
    };
  });
}

export function distributionOf(values: readonly number[]): Distribution {
  return {
    mean: mean(values),
    sd: standardDeviation(values),
    quantile05: quantile(values, 0.05),
    quantile25: quantile(values, 0.25),
    median: quantile(values, 0.5),
    quantile75: quantile(values, 0.75),
    quantile95: quantile(values, 0.95),
  };
}

/** Best so far after `evaluations`; a search that spent fewer keeps its last. */
export function bestAfter({ course }: SearchRecord, evaluations: number): number {
  return course[Math.min(evaluations, course.length) - 1] ?? Number.NaN;
}

function recordsOf({ plan, records }: SummaryInput, arm: Arm, target: Target): SearchRecord[] {
  return plan.flatMap((search) => {
    if (search.arm !== arm || search.target !== target) return [];
    const key = searchKey({ arm: arm.name, target: target.name, seed: search.seed });
    return records.get(key) ?? [];
  });
}

/** Runs that found nothing within the limits have no accuracy and are told by the count of runs. */
function validationOf(records: readonly SearchRecord[]): number[] {
  return records.flatMap(({ validationPercent }) => validationPercent ?? []);
}

function compare(
  records: readonly SearchRecord[],
  baseline: readonly SearchRecord[],
): PairedComparison {
  const theirs = new Map(baseline.map((record) => [record.seed, record.validationPercent]));
  const pairs = records.flatMap(({ seed, validationPercent }) => {
    const other = theirs.get(seed);
    return validationPercent === null || other === undefined || other === null
      ? []
      : [[validationPercent, other] as const];
  });
  return comparePaired(
    pairs.map(([ours]) => ours),
    pairs.map(([, theirs]) => theirs),
  );
}
