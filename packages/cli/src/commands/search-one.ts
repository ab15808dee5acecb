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
import { searchProblems } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { coordinatorAddress } from "../coordinator-address.js";
import { runEmbeddedSearch, type SessionOutcome } from "../embedded/session.js";
import { requireHome } from "../home.js";
import type { Output } from "../output.js";
import { createProgress } from "../progress/progress.js";
import { refuseUnknownPrompts } from "../prompt-sets.js";
import { type Launch, RunDirectory } from "../run-directory.js";
import { openSearchTarget, type SearchTarget } from "../search-target.js";
import { whileStoppable } from "../stop-signal.js";
import { runSubmittedSearch } from "../submitted/session.js";
import { concludeSearch } from "../summary.js";
import { flagsSource, type SearchFlags, saidValue } from "./search-flags.js";

/** A search as it was asked for, checked. */
export interface PlannedSearch {
  /** The supernet's name. */
  readonly name: string;
  readonly settings: SearchSettings;
  /** Absent where the search runs elsewhere. */
  readonly target?: SearchTarget;
}

/** Resolves and checks the settings. Throws `invalid-argument` or `not-found`, one sentence. */
export async function planSearch(flags: SearchFlags): Promise<PlannedSearch> {
  if (flags.out === "") {
    throw new CollmError("invalid-argument", '--out: got "", allowed is a new or empty directory');
  }
  if (flags.coordinator !== undefined) {
    coordinatorAddress(flags.coordinator);
    return await planSubmission(flags);
  }
  const settings = await settingsOfFlags(flags);
  if (settings.supernet === undefined) {
    throw new CollmError("invalid-argument", "--supernet: got nothing, allowed is a manifest file");
  }
  const { prompts } = settings;
  await refuseUnknownPrompts(prompts, saidValue(flags, "prompts", prompts ?? ""));
  const target = await openSearchTarget(settings.supernet);
  refuseHopeless(target, settings, flags);
  return { name: target.name, settings, target };
}

/** Runs `collm search` with one limit. */
export async function searchFromFlags(flags: SearchFlags, output: Output): Promise<SessionOutcome> {
  const { name, settings, target } = await planSearch(flags);
  const run = new RunDirectory(flags.out ?? join("runs", defaultRunName(name, new Date())));
  if (target === undefined) return await submit(run, settings, flags, output);
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
async function planSubmission(flags: SearchFlags): Promise<PlannedSearch> {
  const { supernet, ...others } = flags;
  if (supernet === undefined) {
    throw new CollmError(
      "invalid-argument",
      "--supernet: got nothing, allowed with --coordinator is NAME or NAME@DIGEST",
    );
  }
  const flag = (["llm", "prompts", "record"] as const).find((name) => flags[name] !== undefined);
  if (flag !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `--${flag}: allowed without --coordinator only; the services there have backends of their own`,
    );
  }
  const settings = await settingsOfFlags(others);
  const [name = supernet] = supernet.split("@");
  return { name, settings };
}

async function submit(
  run: RunDirectory,
  { search }: SearchSettings,
  flags: SearchFlags,
  output: Output,
): Promise<SessionOutcome> {
  const { coordinator = "", supernet = "" } = flags;
  const launch = { searchId: run.searchId, supernet, coordinator, search };
  return run.hold(async () => {
    await run.create(launch);
    try {
      output.say(`search ${launch.searchId} at ${coordinator}, run directory ${run.path}`);
      const progress = createProgress(output, Date.now);
      return await whileStoppable(progress, async (signal) => {
        const begin = { kind: "start", config: search } as const;
        const session = { run, launch, begin, opensTest: flags.test, output, progress, signal };
        const outcome = await runSubmittedSearch(session, coordinator);
        await concludeSearch(run, outcome.state, { output, isJson: flags.json ?? false });
        return outcome;
      });
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
  return await whileStoppable(progress, async (signal) => {
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
  });
}

/** A search that did not start leaves no run directory, only the logs if the error points there. */
async function takeBack(run: RunDirectory, error: CollmError): Promise<void> {
  if ((await run.events()).length > 0) return;
  await run.discard({ keepsLogs: error.message.includes(run.logPath) });
}

/**
 * The settings that configuration file, environment and flags say, without a look at the supernet.
 *
 * @throws CollmError invalid-argument or not-found
 */
export async function settingsOfFlags(flags: SearchFlags): Promise<SearchSettings> {
  return resolveSettings(await settingsSources(flags));
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

/** `<supernet>-20261126-031500`. */
export function defaultRunName(supernet: string, at: Date): string {
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return `${supernet}-${time}`;
}
