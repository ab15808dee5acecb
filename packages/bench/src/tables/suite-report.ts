import type { Limits } from "@collm/search-space";
import { asksHeuristic } from "../suites/arm.js";
import type { Extra, Suite } from "../suites/suite.js";
import { acrossTargets } from "./across-targets.js";
import { overviewTable, pairedTable, spreadTable } from "./common-tables.js";
import { courseChart } from "./course-chart.js";
import { pairedCsv, summaryCsv } from "./csv.js";
import {
  costTable,
  firstIterationTable,
  funnelTable,
  llmUsageTable,
  milestonesTable,
  temperatureGridTable,
} from "./extra-tables.js";
import type { TargetSummary } from "./summarise.js";
import { fixed, grouped, type Table, tableMarkdown } from "./table.js";

/** A suite's results, written for people, programs and eyes. */
export interface SuiteReport {
  readonly markdown: string;
  /** By name: `SUITE.csv`, `SUITE-paired.csv`, `SUITE.svg`. */
  readonly files: Readonly<Record<string, string>>;
}

/** Writes all formats. */
export function reportOf(
  suite: Suite,
  summaries: readonly TargetSummary[],
  baselines: readonly string[],
): SuiteReport {
  const [baseline = ""] = baselines;
  const tables = [
    overviewTable(summaries),
    ...acrossTargets(summaries, (summary) => spreadTable(summary, baseline)),
    ...baselines.flatMap((name) => acrossTargets(summaries, (one) => pairedTable(one, name))),
    ...suite.extras.flatMap((extra) => extraTables(extra, suite, summaries, baseline)),
  ].filter(({ rows }) => rows.length > 0);
  const markdown = [
    `## ${suite.name}: ${suite.summary}`,
    "",
    intro(suite, summaries),
    ...tables.flatMap((table) => ["", ...tableLines(table)]),
    "",
  ].join("\n");
  return {
    markdown,
    files: {
      [`${suite.name}.csv`]: summaryCsv(summaries),
      [`${suite.name}-paired.csv`]: pairedCsv(summaries),
      [`${suite.name}.svg`]: courseChart(
        `${suite.name}: best so far, mean and quartiles`,
        summaries,
      ),
    },
  };
}

function extraTables(
  extra: Extra,
  suite: Suite,
  summaries: readonly TargetSummary[],
  baseline: string,
): readonly Table[] {
  const budget = Math.max(0, ...(summaries[0]?.arms ?? []).map(({ arm }) => arm.config.budget));
  const milestones = (suite.milestones ?? []).filter((milestone) => milestone <= budget);
  switch (extra) {
    case "first-iteration":
      return acrossTargets(summaries, firstIterationTable);
    case "budgets":
      return [
        ...acrossTargets(summaries, (summary) => milestonesTable(summary, milestones)),
        ...acrossTargets(summaries, (summary) => costTable(summary, baseline, milestones)),
      ];
    case "funnel":
      return acrossTargets(summaries, funnelTable);
    case "llm-usage":
      return acrossTargets(summaries, llmUsageTable);
    case "temperature-grid":
      // Its columns are temperatures, so each target has a table of its own.
      return summaries.flatMap((summary) => acrossTargets([summary], temperatureGridTable));
  }
}

/** `, at most 760,000 MACs`; empty without a limit. */
function limitsInWords({ maxMacs, maxFlops, maxParams }: Limits): string {
  const words = [
    maxMacs === undefined ? [] : `${grouped(maxMacs)} MACs`,
    maxFlops === undefined ? [] : `${grouped(maxFlops)} official FLOPs`,
    maxParams === undefined ? [] : `${grouped(maxParams)} parameters`,
  ].flat();
  return words.length === 0 ? "" : `, at most ${words.join(" and ")}`;
}

function tableLines({ title, note, ...table }: Table): readonly string[] {
  return [`### ${title}`, "", ...(note === undefined ? [] : [note, ""]), tableMarkdown(table)];
}

function intro(suite: Suite, summaries: readonly TargetSummary[]): string {
  const arms = summaries[0]?.arms ?? [];
  const runs = arms.map(({ records }) => records.length);
  const seeds = Math.max(0, ...runs);
  const budgets = [...new Set(arms.map(({ arm }) => arm.config.budget))].map(grouped).join(", ");
  const isHeuristic = arms.some(({ arm }) => asksHeuristic(arm));
  const noise = summaries.flatMap(({ target, facts }) =>
    facts ? [`${fixed(facts.noise.medianSd)} on ${target.name}`] : [],
  );
  return [
    suite.intro,
    `${grouped(seeds)} ${seeds === 1 ? "seed" : "seeds"} each, ${budgets} evaluations${limitsInWords(arms[0]?.arm.config.limits ?? {})}.`,
    ...(isHeuristic
      ? ["Heuristic: the built-in heuristic plays the roles, no language model takes part."]
      : []),
    ...(noise.length > 0
      ? [
          `Noise floor of validation top-1 in points, the median standard deviation among networks that compute the same function: ${noise.join(", ")}.`,
        ]
      : []),
  ].join(" ");
}
