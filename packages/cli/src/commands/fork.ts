import { CollmError } from "@collm/errors";
import { type Command, Option } from "commander";
import { runEmbeddedSearch, type SessionOutcome } from "../embedded/session.js";
import { type ForkFlags, type ForkPlan, planFork, planLines } from "../fork/plan-fork.js";
import { requireHome } from "../home.js";
import { llmFlagWords } from "../llm-spec.js";
import { type Output, processOutput } from "../output.js";
import { createProgress } from "../progress/progress.js";
import { RunDirectory } from "../run-directory.js";
import { stopSignal } from "../stop-signal.js";
import { concludeSearch } from "../summary.js";

/** Adds `collm fork RUN` to the program. */
export function addForkCommand(program: Command): void {
  const changes: readonly (readonly [flags: string, description: string])[] = [
    ["--seed <n>", "another seed for what is drawn from here on"],
    ["--searcher <name>", "who proposes from here on"],
    ["--max-flops <count>", "limit on the family's official FLOPs"],
    ["--max-macs <count>", "limit on multiply-accumulates"],
    ["--max-params <count>", "limit on parameters"],
    ["--target <percent>", "stop at this validation top-1"],
    ["--budget <n>", "evaluations that may be spent, those taken over included"],
    ["--iterations <n>", "iterations, those taken over included"],
    ["--candidates <n>", "candidates per iteration"],
    ["--max-llm-tokens <count>", "tokens that language models may use, those taken over included"],
    ["--max-llm-cost <money>", "what language models may cost, what was taken over included"],
    ["--staleness <n>", "rounds that may be under way when the next is proposed"],
    ["--result-share <share>", "share of a round that must be in before the next is proposed"],
    ["--sub-batches <n>", "calls of the Generator that share a round"],
    ["--navigator-memory <on|off>", "whether the Navigator sees earlier iterations"],
    ["--generator-memory <on|off>", "whether the Generator sees earlier iterations"],
    ["--prompts <set>", "prompt set of both roles"],
    ["--repair <off|legal|limits>", "evaluate the nearest architecture in place of a wrong one"],
    ["--real-time <share>", "share of a table's time that evaluations really take"],
  ];
  const command = program
    .command("fork")
    .description("go on from an event of a search with something changed, as a search of its own")
    .argument("<run>", "run directory of the search that is forked")
    .option("--at <event>", "last event that is taken over (default: all before the end)")
    .option("--at-iteration <n>", "the same as the last event of an iteration; 0 is the start")
    .option("--out <dir>", "run directory of the fork (default <run>-at-<event>)")
    .option("--supernet <manifest>", "where the manifest of the same supernet is now");
  for (const [flags, description] of changes) command.option(flags, description);
  command
    .option("--llm <spec>", llmFlagWords, (spec: string, earlier: string[] = []) => [
      ...earlier,
      spec,
    ])
    // Only to say why not.
    .addOption(new Option("--isomorphs <keep|merge>").hideHelp())
    .addOption(new Option("--permute-operators <seed>").hideHelp())
    .option("--no-test", "leave the test split sealed")
    .option("--json", "print result.json to standard output")
    .action(async (path: string, flags: ForkFlags) => {
      const outcome = await fork(new RunDirectory(path), flags, processOutput);
      process.exitCode = outcome?.isComplete ? 0 : 1;
    });
}

/** Runs `collm fork`; undefined if nothing came of it and its directory was taken back. */
async function fork(
  parent: RunDirectory,
  flags: ForkFlags,
  output: Output,
): Promise<SessionOutcome | undefined> {
  if (flags.out === "") {
    throw new CollmError("invalid-argument", '--out: got "", allowed is a new or empty directory');
  }
  const plan = await planFork(parent, flags);
  await requireHome();
  return plan.run.hold(async () => {
    await plan.run.create(plan.launch, plan.events);
    for (const line of planLines(plan)) output.say(line);
    try {
      const outcome = await goOn(plan, flags, output);
      if (outcome) return outcome;
      await plan.run.discard({ keepsLogs: false });
      return undefined;
    } catch (error) {
      const { message } = CollmError.from(error);
      if (!(await hasGoneOn(plan))) {
        await plan.run.discard({ keepsLogs: message.includes(plan.run.logPath) });
      }
      throw error;
    }
  }, "--out");
}

/** Undefined if the search did not even begin to go on; why was said. */
async function goOn(
  plan: ForkPlan,
  flags: ForkFlags,
  output: Output,
): Promise<SessionOutcome | undefined> {
  const { run, launch, target } = plan;
  const progress = createProgress(output, Date.now);
  const signal = stopSignal(progress);
  await target.prepare(output, signal);
  const begin = { kind: "resume" } as const;
  const opensTest = flags.test;
  const outcome = await runEmbeddedSearch({
    ...{ run, launch, begin, opensTest, output, progress, signal },
  });
  if (!(await hasGoneOn(plan))) return undefined;
  await concludeSearch(run, outcome.state, { output, isJson: flags.json ?? false, signal });
  return outcome;
}

async function hasGoneOn({ run, events }: ForkPlan): Promise<boolean> {
  return (await run.events())[events.length]?.type === "SearchResumed";
}
