import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { listSuites, runSuite, type SuiteOutcome, type SuitePlan, suiteOf } from "@collm/bench";
import { CollmError, withFile } from "@collm/errors";
import type { Command } from "commander";
import {
  type BenchFlags,
  readCount,
  readJobs,
  readNames,
  suiteOptions,
} from "../bench/bench-flags.js";
import { BenchProgress } from "../bench/bench-progress.js";
import { benchTargets, identityOfSupernet } from "../bench/bench-targets.js";
import { createServicesRunner } from "../bench/run-through-services.js";
import { collmCommand } from "../command-line.js";
import { type Output, processOutput } from "../output.js";
import { promptSets } from "../prompt-sets.js";
import { stopSignal } from "../stop-signal.js";

/** Adds `collm bench SUITE` to the program. */
export function addBenchCommand(program: Command): void {
  const suites = listSuites();
  program
    .command("bench")
    .description("compare searchers over many seeds: tables with spread, paired tests and costs")
    .argument("<suite>", suites.map(({ name }) => name).join(", "))
    .option("--table <file>", "table of NAS-Bench-201, all three data sets")
    .option("--data-sets <list>", "of cifar10, cifar100, imagenet16-120 (default all)")
    .option("--charge <what>", "what the table charges: training (default) or evaluation")
    .option("--supernet <manifest...>", "manifests in the place of a table")
    .option("--seeds <n>", "seeds 0 to n - 1 for each searcher (default: the suite's)")
    .option("--budget <n>", "evaluations of each search (default: the suite's)")
    .option("--candidates <n>", "candidates per iteration (default: each searcher's)")
    .option("--max-macs <count>", "limit on multiply-accumulates, e.g. 1.2M")
    .option("--searchers <list>", "searchers, NAME or NAME:PRESET, separated by commas")
    .option("--baseline <list>", "searchers that the others are compared with")
    .option(
      "--llm <spec>",
      "heuristic or openai:MODEL@BASE_URL, as in search; several for the suite llms",
      (spec: string, earlier: string[] = []) => [...earlier, spec],
    )
    .option("--temperatures <list>", "temperatures of both roles, for the suite temperature")
    .option("--prompts <list>", "prompt sets, for the suite prompts (default all)")
    .option("--out <dir>", "directory of results and tables (default runs/bench/SUITE)")
    .option("--jobs <n>", "searches at the same time (default: one for each core)")
    .option("--json", "print the summary as JSON in the place of Markdown")
    .addHelpText(
      "after",
      `\nSuites:\n${suites.map(({ name, summary }) => `  ${name.padEnd(15)}${summary}`).join("\n")}`,
    )
    .action(async (name: string, flags: BenchFlags) => {
      await benchFromFlags(name, flags, processOutput);
    });
}

/** Runs `collm bench`. */
async function benchFromFlags(name: string, flags: BenchFlags, output: Output): Promise<void> {
  const suite = suiteOf(name);
  if (flags.out === "") {
    throw new CollmError("invalid-argument", '--out: got "", allowed is a directory');
  }
  const options = suiteOptions(suite, flags, await promptSets());
  const plan = withBaselines(suite.plan(options), flags.baseline);
  const seeds = flags.seeds === undefined ? suite.seeds : readCount("--seeds", flags.seeds);
  const jobs = readJobs(flags);
  const targets = await benchTargets(suite, flags);
  const out = resolve(flags.out ?? join("runs", "bench", suite.name));
  const progress = new BenchProgress(output, Date.now);
  const signal = stopSignal(progress);
  const startedMs = Date.now();
  let outcome: SuiteOutcome;
  try {
    outcome = await runSuite({
      suite,
      plan,
      targets,
      seeds,
      jobs,
      out,
      signal,
      throughServices: createServicesRunner(out, output),
      identityOf: identityOfSupernet,
      onProgress: (done, all) => progress.show(done, all),
    });
  } catch (error) {
    if (signal.aborted) {
      progress.notice(
        `stopped; the same command goes on with what is left: ${collmCommand} bench ${name} … --out ${relative(".", out) || "."}`,
      );
    }
    throw error;
  } finally {
    progress.end();
  }
  const { report, summaries, ran } = outcome;
  const files = { [`${suite.name}.md`]: report.markdown, ...report.files };
  for (const [file, text] of Object.entries(files)) {
    const path = join(out, file);
    await withFile("--out", path, async () => {
      await mkdir(out, { recursive: true });
      await writeFile(path, text);
    });
  }
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  output.say(
    `${ran} searches in ${seconds} s; ${Object.keys(files).join(", ")} in ${relative(".", out) || "."}`,
  );
  output.print(flags.json ? JSON.stringify(summaries, withoutCourses) : report.markdown.trimEnd());
}

/** Runs are in results.jsonl; NaN and Infinity have no JSON and become null. */
function withoutCourses(key: string, value: unknown): unknown {
  return key === "records" ? (value as readonly unknown[]).length : value;
}

function withBaselines(plan: SuitePlan, text: string | undefined): SuitePlan {
  if (text === undefined) return plan;
  const names = plan.arms.map(({ name }) => name);
  return { ...plan, baselines: readNames("--baseline", text, names) };
}
