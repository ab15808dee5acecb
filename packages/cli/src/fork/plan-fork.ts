import { isDeepStrictEqual } from "node:util";
import { changeSettings } from "@collm/config";
import { CollmError } from "@collm/errors";
import {
  budgetSpent,
  type EventOf,
  type Fork,
  type ForkOptions,
  type ForkProblem,
  foldEvents,
  forkableCount,
  forkEvents,
  lastSeqOfIteration,
  presentedSupernet,
  type SearchEvent,
  searchProblems,
} from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { flagsSource, type SearchFlags, saidValue } from "../commands/search-flags.js";
import { type Launch, RunDirectory } from "../run-directory.js";
import { openSearchTarget, type SearchTarget } from "../search-target.js";

export interface ForkFlags extends SearchFlags {
  readonly at?: string;
  readonly atIteration?: string;
}

/** Everything that a fork begins with; nothing of it is written yet. */
export interface ForkPlan {
  readonly run: RunDirectory;
  readonly launch: Launch;
  readonly target: SearchTarget;
  /** What is taken over, as the fork's own. */
  readonly events: readonly SearchEvent[];
  readonly parent: EventOf<"SearchStarted">;
  /** Whether the test split was opened for the parent's winner. */
  readonly isTestKnown: boolean;
}

/**
 * Works out what is forked, where and with what. The parent's settings count, with what the flags
 * change; configuration files and variables of the environment do not.
 *
 * @throws CollmError that says in one sentence why there can be no such fork.
 */
export async function planFork(parentRun: RunDirectory, flags: ForkFlags): Promise<ForkPlan> {
  const { evaluator = {}, ...parentLaunch } = await parentRun.launch();
  const parentEvents = await parentRun.events();
  const [parent] = parentEvents;
  if (parent?.type !== "SearchStarted") {
    throw new CollmError(
      "not-found",
      `${parentRun.path}: nothing to fork, the search has not started`,
    );
  }
  const at = placeOf(parentEvents, flags);
  const settings = changeSettings(
    { ...parentLaunch, evaluator, search: parent.config },
    flagsSource(flags),
  );
  const target = await openSearchTarget(settings.supernet ?? parentLaunch.supernet);
  refuseOther(target, parent, flags);
  const { search } = settings;
  refuseHopeless(search, target, flags);

  const run = new RunDirectory(flags.out ?? `${parentRun.path}-at-${at}`);
  const { searchId } = run;
  const fork = forkJournal(parentRun, parentEvents, { searchId, at, config: search });
  if (fork.kind === "refused") throw refusal(fork.problem, flags);
  return {
    run,
    launch: {
      ...parentLaunch,
      ...{ searchId, search, supernet: target.file },
      ...{ navigator: settings.navigator, generator: settings.generator },
      ...{ evaluator: settings.evaluator, prompts: settings.prompts },
    },
    target,
    events: fork.events,
    parent,
    isTestKnown: parentEvents.some(({ type }) => type === "TestOpened"),
  };
}

/** What is said before the fork goes on. */
export function planLines({ run, events, parent, launch, isTestKnown }: ForkPlan): string[] {
  const spent = budgetSpent(foldEvents(events));
  return [
    `search ${launch.searchId} goes on from event ${events.length} of ${parent.searchId}, ${spent} of ${launch.search.budget} evaluations spent, run directory ${run.path}`,
    ...(isTestKnown
      ? [
          `the test split was opened for the winner of ${parent.searchId}: whoever has seen it chooses a fork no longer blind`,
        ]
      : []),
  ];
}

/** The number of the last event that is taken over, as the flags say it. */
function placeOf(events: readonly SearchEvent[], { at, atIteration }: ForkFlags): number {
  if (at !== undefined && atIteration !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `--at-iteration: got ${atIteration}, allowed without --at only`,
    );
  }
  if (atIteration !== undefined) {
    const iteration = wholeNumber(atIteration);
    const seq = iteration === undefined ? undefined : lastSeqOfIteration(events, iteration);
    if (seq !== undefined) return seq;
    const last = events.findLast((event) => "iteration" in event)?.iteration ?? 0;
    throw new CollmError(
      "invalid-argument",
      `--at-iteration: got "${atIteration}", allowed is 0 to ${last}`,
    );
  }
  if (at === undefined) return forkableCount(events);
  const place = wholeNumber(at);
  if (place !== undefined) return place;
  throw new CollmError(
    "invalid-argument",
    `--at: got "${at}", allowed is 1 to ${forkableCount(events)}`,
  );
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Results of another supernet would be compared with the copied ones. Weights are compared later. */
function refuseOther(
  target: SearchTarget,
  { supernet, config }: EventOf<"SearchStarted">,
  { supernet: said }: ForkFlags,
): void {
  const { space } = presentedSupernet({ ...supernet, space: target.space }, config);
  if (target.name === supernet.name && isDeepStrictEqual(space, supernet.space)) return;
  const got = said === undefined ? `supernet: got ${target.file}` : `--supernet: got ${said}`;
  throw new CollmError(
    "invalid-argument",
    `${got} (${target.name}), allowed is ${supernet.name} with the search space it had, on which the results taken over were measured`,
  );
}

function refuseHopeless(
  search: Launch["search"],
  { space, name }: SearchTarget,
  flags: ForkFlags,
): void {
  const problems = searchProblems(search, createSearchSpace(space), name, (field, value) =>
    saidValue(flags, field, value),
  );
  if (problems.length > 0) throw new CollmError("invalid-argument", problems.join("; "));
}

function forkJournal(
  { journalPath }: RunDirectory,
  events: readonly SearchEvent[],
  options: ForkOptions,
): Fork {
  try {
    return forkEvents(events, options);
  } catch (error) {
    throw new CollmError("data-loss", `journal ${journalPath}: ${CollmError.from(error).message}`);
  }
}

/** The problem with the flag that could change it, whether it was said or not. */
function refusal({ field, value, allowed }: ForkProblem, flags: ForkFlags): CollmError {
  const name = field === "targetTop1Percent" ? "target" : field;
  if (name === "at")
    return new CollmError("invalid-argument", `--at: got ${value}, allowed is ${allowed}`);
  const said = saidValue(flags, name, value ?? "nothing");
  const got = said.startsWith("--") ? said : `--${name}: got ${value} from the search forked`;
  return new CollmError("invalid-argument", `${got}, allowed is ${allowed}`);
}
