import { join } from "node:path";
import { runInThreads } from "./in-process/run-in-threads.js";
import { factsOfTable, identityOfTable, type TableFacts } from "./in-process/table-target.js";
import { type PlannedSearch, planSearches, searchKey, type Target } from "./plan.js";
import type { SearchRecord } from "./record.js";
import { openResultsFile, recordsOfPlan } from "./results-file.js";
import { asksLanguageModel } from "./suites/arm.js";
import type { Suite, SuitePlan } from "./suites/suite.js";
import { reportOf, type SuiteReport } from "./tables/suite-report.js";
import { summarise, type TargetSummary } from "./tables/summarise.js";

/** Runs searches that are not done yet; `runInThreads` is one. */
export type Runner = (
  open: readonly PlannedSearch[],
  options: {
    readonly jobs: number;
    readonly signal: AbortSignal;
    readonly onRecords: (records: readonly SearchRecord[]) => Promise<void>;
  },
) => Promise<void>;

export interface SuiteRun {
  readonly suite: Suite;
  readonly plan: SuitePlan;
  readonly targets: readonly Target[];
  readonly seeds: number;
  readonly jobs: number;
  /** Directory of `results.jsonl`. */
  readonly out: string;
  readonly signal: AbortSignal;
  /** For targets with weights, and for arms that ask a language model. */
  readonly throughServices: Runner;
  /** What the accuracies of a target with weights depend on. */
  readonly identityOf: (target: Target) => Promise<string>;
  readonly onProgress: (done: number, all: number) => void;
}

/** What a suite found. */
export interface SuiteOutcome {
  readonly report: SuiteReport;
  readonly summaries: readonly TargetSummary[];
  /** Searches that were run now; the others were in `results.jsonl` already. */
  readonly ran: number;
}

/**
 * Runs what a suite still lacks and reports on all of it. Every finished search is in
 * `results.jsonl` before it counts, so a suite that was stopped goes on where it was.
 */
export async function runSuite(run: SuiteRun): Promise<SuiteOutcome> {
  const { suite, plan, targets, seeds, out, signal } = run;
  const identities = new Map<Target, string>();
  for (const target of targets) {
    const identity = target.kind === "table" ? identityOfTable(target) : run.identityOf(target);
    identities.set(target, await identity);
  }
  const searches = planSearches(
    plan.arms,
    targets,
    seeds,
    (target) => identities.get(target) ?? "",
  );
  const results = await openResultsFile(join(out, "results.jsonl"));
  try {
    const done = recordsOfPlan(searches, results.records, out);
    const open = searches.filter(({ arm, target, seed }) => {
      return !done.has(searchKey({ arm: arm.name, target: target.name, seed }));
    });
    const onRecords = async (records: readonly SearchRecord[]): Promise<void> => {
      await results.append(records);
      for (const record of records) done.set(searchKey(record), record);
      run.onProgress(done.size, searches.length);
    };
    run.onProgress(done.size, searches.length);
    const options = { jobs: run.jobs, signal, onRecords };
    const isInProcess = ({ arm, target }: PlannedSearch): boolean =>
      target.kind === "table" && !asksLanguageModel(arm);
    const services = open.filter((search) => !isInProcess(search));
    await runInThreads(open.filter(isInProcess), options);
    if (services.length > 0) await run.throughServices(services, options);
    const summaries = summarise({
      plan: searches,
      records: done,
      baselines: plan.baselines,
      facts: await factsOf(targets),
    });
    return {
      report: reportOf(suite, summaries, plan.baselines),
      summaries,
      ran: open.length,
    };
  } finally {
    await results.close();
  }
}

async function factsOf(targets: readonly Target[]): Promise<Map<string, TableFacts>> {
  const facts = new Map<string, TableFacts>();
  for (const target of targets) {
    if (target.kind === "table") facts.set(target.name, await factsOfTable(target));
  }
  return facts;
}
