import { basename, join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CollmError } from "@collm/errors";
import { resumeIn } from "../commands/resume.js";
import type { SearchFlags } from "../commands/search-flags.js";
import { defaultRunName, planSearch, searchFromFlags } from "../commands/search-one.js";
import type { SessionOutcome } from "../embedded/session.js";
import type { Output } from "../output.js";
import { RunDirectory } from "../run-directory.js";
import { writeFront } from "./front-files.js";
import type { LimitList } from "./split-limits.js";

interface LimitedSearch {
  readonly limit: string;
  readonly flags: SearchFlags;
  readonly run: RunDirectory;
}

/**
 * A search for each limit, over one evaluation store: what one has measured costs the others no time.
 * On this machine one after the other, tightest first as typed; at a coordinator all at once. The same command
 * with the same `--out` goes on where it was stopped. Gives whether all are complete.
 */
export async function searchLimits(
  list: LimitList,
  flags: SearchFlags,
  output: Output,
): Promise<boolean> {
  const searches = await plan(list, flags);
  const folder = join(searches[0]?.run.path ?? ".", "..");
  const outcomes = await runAll(searches, flags.coordinator !== undefined, output);
  const begun = outcomes.some(({ state }) => state.started);
  if (begun) {
    const runs = searches.map(({ run }) => run);
    const { pagePath, json } = await writeFront(folder, runs, list.cost);
    output.say("");
    output.say(`front     ${relative(".", pagePath)}`);
    if (flags.json) output.print(json.trimEnd());
  }
  const isComplete =
    outcomes.length === searches.length && outcomes.every((outcome) => outcome.isComplete);
  if (!isComplete) {
    output.say(`the same command with --out ${relative(".", folder) || "."} goes on with the rest`);
  }
  return isComplete;
}

/** All limits are checked before the first search begins. */
async function plan(list: LimitList, flags: SearchFlags): Promise<readonly LimitedSearch[]> {
  const single = list.limits.map((limit) => ({
    limit,
    flags: { ...flags, [list.flag]: limit, json: false },
  }));
  const plans = [];
  for (const search of single) plans.push({ ...search, ...(await planSearch(search.flags)) });
  const folder = flags.out ?? join("runs", defaultRunName(plans[0]?.name ?? "", new Date()));
  const searches = plans.map(({ limit, flags: own, settings }) => {
    // Ids of searches at a coordinator are directory names.
    const out = join(folder, `${basename(folder)}-${limit}`);
    return { limit, flags: { ...own, out }, run: new RunDirectory(out), settings };
  });
  for (const { run, settings } of searches) {
    const launch = await run.launch().catch(() => undefined);
    if (launch && !isDeepStrictEqual(launch.search, settings.search)) {
      throw new CollmError(
        "invalid-argument",
        `--out: ${run.path} holds a search with other settings, allowed is a new or empty directory`,
      );
    }
  }
  return searches;
}

async function runAll(
  searches: readonly LimitedSearch[],
  isAtOnce: boolean,
  output: Output,
): Promise<readonly SessionOutcome[]> {
  if (isAtOnce) {
    return await Promise.all(searches.map((search) => runOne(search, named(output, search.limit))));
  }
  const outcomes: SessionOutcome[] = [];
  for (const search of searches) {
    output.say(`--- limit ${search.limit}`);
    const outcome = await runOne(search, output);
    outcomes.push(outcome);
    // Stopped by the user, or by something that would stop the next as well.
    if (outcome.state.phase !== "finished") break;
  }
  return outcomes;
}

async function runOne({ run, flags }: LimitedSearch, output: Output): Promise<SessionOutcome> {
  const launch = await run.launch().catch(() => undefined);
  if (!launch) return await searchFromFlags(flags, output);
  return await run.hold(() => resumeIn(run, launch, flags, output), "--out");
}

/** Lines that say which of several searches they are about. */
function named(output: Output, limit: string): Output {
  return {
    ...output,
    isTerminal: false,
    say: (line) => {
      if (line !== "") output.say(`[${limit}] ${line}`);
    },
  };
}
