import { CollmError } from "@collm/errors";
import type { SearchConfig } from "@collm/search";
import {
  applyEvent,
  best,
  emptyState,
  hasNetworks,
  rolesOf,
  type SearchState,
} from "@collm/search";
import { CoordinatorClient, fetchSubnet } from "../coordinator-client.js";
import { evaluationsDirectory } from "../home.js";
import type { Output } from "../output.js";
import type { Progress } from "../progress/progress.js";
import type { Launch, RunDirectory } from "../run-directory.js";
import { openSearchTarget } from "../search-target.js";
import { Fleet, type FleetOptions } from "./fleet.js";

/** A new search with this configuration, or the one that the journal holds. */
export type Begin =
  | { readonly kind: "start"; readonly config: SearchConfig }
  | { readonly kind: "resume" };

export interface SessionOptions {
  readonly run: RunDirectory;
  readonly launch: Launch;
  readonly begin: Begin;
  /** Whether the winner is measured on the sealed test split once the search has finished. */
  readonly opensTest: boolean;
  readonly output: Output;
  readonly progress: Progress;
  /** Aborted when the user wants to stop; the journal then ends interrupted. */
  readonly signal: AbortSignal;
}

export interface SessionOutcome {
  readonly state: SearchState;
  /** Whether the search finished with a winner and everything that follows from it is there. */
  readonly isComplete: boolean;
}

/**
 * One search in the embedded mode, from starting the services to the written run directory.
 * Whatever happens in between, services are stopped and the views are written from the journal.
 *
 * @throws what kept the search from starting, if it has not even a journal.
 */
export async function runEmbeddedSearch(options: SessionOptions): Promise<SessionOutcome> {
  const { run, output, progress } = options;
  output.say("starting the services");
  const fleet = await Fleet.start(fleetOptions(options), {
    onRestart: (name, how, attempt) =>
      progress.notice(`${name} died (${how}) and was started again (${attempt} of 3)`),
  });
  const over = new AbortController();
  let failure: { readonly error: CollmError } | undefined;
  let hasWinnerFiles = false;
  try {
    await run.noteCoordinator(fleet.addressOf("coordinator"));
    const signal = AbortSignal.any([options.signal, over.signal]);
    hasWinnerFiles = await Promise.race([follow({ ...options, signal }, fleet), fleet.givenUp]);
  } catch (thrown) {
    failure = { error: CollmError.from(thrown) };
  } finally {
    // Whoever lost the race must not go on asking services that are stopped.
    over.abort();
    progress.end();
    await fleet.stop();
    await run.noteCoordinator(undefined);
  }
  if (failure) await settleFailure(options, failure.error);
  const state = await run.writeViews();
  return { state, isComplete: state.phase === "finished" && hasWinnerFiles };
}

/**
 * Says what ended the search early and journals it: a coordinator that was given up could not do so
 * itself. Throws the failure of a search that has no journal yet.
 */
async function settleFailure(options: SessionOptions, failure: CollmError): Promise<void> {
  const { run, output, signal } = options;
  const hasJournal = (await run.events()).length > 0;
  if (!hasJournal) {
    throw signal.aborted
      ? new CollmError("cancelled", "stopped by the user before the search had started")
      : failure;
  }
  if (!signal.aborted) output.say(failure.message);
  await run.interrupt(signal.aborted ? "stopped by the user" : failure.message);
}

function fleetOptions({ run, launch }: SessionOptions): FleetOptions {
  const { searchId, search } = launch;
  const needed = rolesOf[search.searcher];
  return {
    replicas: {
      navigator: needed.includes("navigator") ? 1 : 0,
      generator: needed.includes("generator") ? 1 : 0,
    },
    manifests: [launch.supernet],
    journals: { kind: "single", runDirectory: run.path, searchId },
    evaluationsDirectory: evaluationsDirectory(),
    logDirectory: run.logPath,
    prompts: launch.prompts,
    navigator: launch.navigator,
    generator: launch.generator,
    evaluator: launch.evaluator ?? {},
  };
}

/** Starts or resumes the search and follows it to its end; gives whether the winner's files are there. */
async function follow(options: SessionOptions, fleet: Fleet): Promise<boolean> {
  const { begin, launch, progress, signal } = options;
  const { searchId } = launch;
  const coordinator = new CoordinatorClient(fleet.addressOf("coordinator"), undefined);
  try {
    if (begin.kind === "start") {
      const { name } = await openSearchTarget(launch.supernet);
      await coordinator.start(searchId, begin.config, name, signal);
    } else {
      await coordinator.resume(searchId, signal);
    }
    let state: SearchState = emptyState;
    const followOptions = { onText: progress.showText };
    for await (const event of coordinator.follow(searchId, signal, followOptions)) {
      state = applyEvent(state, event);
      progress.show(event);
    }
    progress.end();
    return await finish(options, fleet, coordinator, state);
  } finally {
    coordinator.close();
  }
}

/** What follows a finished search: the sealed test, once, and the winner as a file. */
async function finish(
  options: SessionOptions,
  fleet: Fleet,
  coordinator: CoordinatorClient,
  state: SearchState,
): Promise<boolean> {
  const { run, launch, opensTest, output } = options;
  const winner = best(state);
  if (state.phase !== "finished" || !winner || !state.started) return false;
  const { supernet } = state.started;
  const attempt = async (
    doing: string,
    what: string,
    work: () => Promise<void>,
  ): Promise<boolean> => {
    output.say(doing);
    try {
      await work();
      return true;
    } catch (error) {
      output.say(`${what}: ${CollmError.from(error).message}`);
      return false;
    }
  };
  const isTested =
    !opensTest ||
    state.test !== undefined ||
    (await attempt("opening the test split", "test split not opened", () =>
      coordinator.openTest(launch.searchId),
    ));
  const isExported =
    !hasNetworks(supernet) ||
    (await attempt("exporting the winner", "winner not exported", async () => {
      const { canonical } = winner.architecture;
      await run.writeSubnet(
        await fetchSubnet(fleet.addressOf("evaluator"), supernet.name, canonical),
      );
    }));
  return isTested && isExported;
}
