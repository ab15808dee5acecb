import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  readSearchEnvironment,
  readYaml,
  resolveSettings,
  type SearchSettings,
  type SettingsSource,
} from "@collm/config";
import { CollmError } from "@collm/errors";
import { searcherNames, searchProblems } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import type { Command } from "commander";
import { runEmbeddedSearch, type SessionOutcome } from "../embedded/session.js";
import { requireHome } from "../home.js";
import { type Output, processOutput } from "../output.js";
import { createProgress } from "../progress/progress.js";
import { refuseUnknownPrompts } from "../prompt-sets.js";
import { type Launch, RunDirectory } from "../run-directory.js";
import { openSearchTarget, type SearchTarget } from "../search-target.js";
import { stopSignal } from "../stop-signal.js";
import { runSubmittedSearch } from "../submitted/session.js";
import { concludeSearch } from "../summary.js";
import { flagsSource, type SearchFlags, saidValue } from "./search-flags.js";

/** Adds `collm search` to the program. */
export function addSearchCommand(program: Command): void {
  program
    .command("search")
    .description("search a supernet, with the four services on this machine")
    .option("--config <file>", "search configuration (YAML)")
    .option("--supernet <manifest>", "manifest of the supernet")
    .option(
      "--coordinator <host:port>",
      "send the search there, of several (a:1,b:2) to any; --supernet is NAME or NAME@DIGEST",
    )
    .option("--out <dir>", "run directory (default runs/<supernet>-<time>)")
    .option("--seed <n>", "seed of everything random (default 0)")
    .option("--searcher <name>", `${searcherNames.join(", ")} (default collm)`)
    .option(
      "--preset <name>",
      "default; collm, sillm and evolution also paper; evolution also spos or autoformer, the searches published with those supernets",
    )
    .option("--max-flops <count>", "limit on the family's official FLOPs, e.g. 330M")
    .option("--max-macs <count>", "limit on multiply-accumulates, e.g. 1.2M")
    .option("--max-params <count>", "limit on parameters, e.g. 23M")
    .option("--min-params <count>", "where --preset autoformer starts looking (default 18M)")
    .option("--target <percent>", "stop at this validation top-1")
    .option("--budget <n>", "evaluations that may be spent (default 250, spos and autoformer 1050)")
    .option("--iterations <n>", "iterations of strategy and candidates (collm, sillm, opro: 20)")
    .option(
      "--candidates <n>",
      "candidates per iteration (default 15; ageing-evolution and local-search 4, reinforce 1; spos and autoformer 50)",
    )
    .option("--navigator-memory <on|off>", "whether the Navigator sees earlier iterations")
    .option("--generator-memory <on|off>", "whether the Generator sees earlier iterations")
    .option("--prompts <set>", "prompt set of both roles (default default)")
    .option(
      "--llm <spec>",
      "heuristic, or openai:MODEL@BASE_URL; navigator=SPEC or generator=SPEC for one role",
      (spec: string, earlier: string[] = []) => [...earlier, spec],
    )
    .option("--permute-operators <seed>", "give operators of a cell space letters in prompts")
    .option("--isomorphs <keep|merge>", "whether isomorphic cells count as one (default keep)")
    .option(
      "--real-time <share>",
      "share of a table's time that evaluations really take (default 0)",
    )
    .option("--no-test", "leave the test split sealed")
    .option("--json", "print result.json to standard output")
    .action(async (flags: SearchFlags) => {
      const { isComplete } = await searchFromFlags(flags, processOutput);
      process.exitCode = isComplete ? 0 : 1;
    });
}

/** Runs `collm search`. */
export async function searchFromFlags(flags: SearchFlags, output: Output): Promise<SessionOutcome> {
  if (flags.out === "") {
    throw new CollmError("invalid-argument", '--out: got "", allowed is a new or empty directory');
  }
  if (flags.coordinator !== undefined)
    return await submitFromFlags(flags, flags.coordinator, output);
  const settings = resolveSettings(await settingsSources(flags));
  if (settings.supernet === undefined) {
    throw new CollmError("invalid-argument", "--supernet: got nothing, allowed is a manifest file");
  }
  const { prompts } = settings;
  await refuseUnknownPrompts(prompts, saidValue(flags, "prompts", prompts ?? ""));
  const target = await openSearchTarget(settings.supernet);
  refuseHopeless(target, settings, flags);
  const startedAt = new Date();
  const run = new RunDirectory(flags.out ?? join("runs", defaultRunName(target.name, startedAt)));
  const launch = {
    searchId: run.searchId,
    supernet: target.file,
    prompts: settings.prompts,
    navigator: settings.navigator,
    generator: settings.generator,
    evaluator: settings.evaluator,
    search: settings.search,
  };
  await requireHome();
  return run.hold(async () => {
    await run.create(launch);
    try {
      return await searchIn(run, launch, target, flags, output);
    } catch (error) {
      await takeBack(run, CollmError.from(error));
      throw error;
    }
  }, "--out");
}

/** The search of `--coordinator`: its services have roles, images and weights of their own. */
async function submitFromFlags(
  flags: SearchFlags,
  coordinator: string,
  output: Output,
): Promise<SessionOutcome> {
  const { supernet, ...others } = flags;
  if (supernet === undefined) {
    throw new CollmError(
      "invalid-argument",
      "--supernet: got nothing, allowed with --coordinator is NAME or NAME@DIGEST",
    );
  }
  if (flags.llm !== undefined || flags.prompts !== undefined) {
    const flag = flags.llm === undefined ? "--prompts" : "--llm";
    throw new CollmError(
      "invalid-argument",
      `${flag}: allowed without --coordinator only; the services there have backends of their own`,
    );
  }
  const { search } = resolveSettings(await settingsSources(others));
  const [name = supernet] = supernet.split("@");
  const run = new RunDirectory(flags.out ?? join("runs", defaultRunName(name, new Date())));
  const launch = { searchId: run.searchId, supernet, coordinator, search };
  return run.hold(async () => {
    await run.create(launch);
    try {
      output.say(`search ${launch.searchId} at ${coordinator}, run directory ${run.path}`);
      const progress = createProgress(output, Date.now);
      const signal = stopSignal(progress);
      const begin = { kind: "start", config: search } as const;
      const session = { run, launch, begin, opensTest: flags.test, output, progress, signal };
      const outcome = await runSubmittedSearch(session, coordinator);
      await concludeSearch(run, outcome.state, { output, isJson: flags.json ?? false, signal });
      return outcome;
    } catch (error) {
      await takeBack(run, CollmError.from(error));
      throw error;
    }
  }, "--out");
}

async function searchIn(
  run: RunDirectory,
  launch: Launch,
  target: SearchTarget,
  flags: SearchFlags,
  output: Output,
): Promise<SessionOutcome> {
  output.say(`search ${launch.searchId} on supernet ${target.name}, run directory ${run.path}`);
  const progress = createProgress(output, Date.now);
  const signal = stopSignal(progress);
  await target.prepare(output, signal);
  const outcome = await runEmbeddedSearch({
    run,
    launch,
    begin: { kind: "start", config: launch.search },
    opensTest: flags.test,
    output,
    progress,
    signal,
  });
  await concludeSearch(run, outcome.state, { output, isJson: flags.json ?? false, signal });
  return outcome;
}

/** A search that did not start leaves no run directory, only the logs if the error points there. */
async function takeBack(run: RunDirectory, error: CollmError): Promise<void> {
  if ((await run.events()).length > 0) return;
  await run.discard({ keepsLogs: error.message.includes(run.logPath) });
}

async function settingsSources(flags: SearchFlags): Promise<SettingsSource[]> {
  const file = flags.config === undefined ? [] : [readYaml(flags.config, await read(flags.config))];
  return [...file, readSearchEnvironment(process.env), flagsSource(flags)];
}

async function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => {
    throw new CollmError("not-found", `--config: ${path} cannot be read`);
  });
}

function refuseHopeless(
  target: SearchTarget,
  { search }: SearchSettings,
  flags: SearchFlags,
): void {
  const space = createSearchSpace(target.space);
  const problems = searchProblems(search, space, target.name, (field, value) =>
    saidValue(flags, field, value),
  );
  if (problems.length > 0) throw new CollmError("invalid-argument", problems.join("; "));
}

function defaultRunName(supernet: string, at: Date): string {
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return `${supernet}-${time}`;
}
