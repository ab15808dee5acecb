import { mkdir } from "node:fs/promises";
import { CollmError } from "@collm/errors";
import type { SearchConfig } from "@collm/search";
import { applyEvent, best, emptyState, type SearchState } from "@collm/search";
import { loadManifest } from "@collm/supernet";
import { CoordinatorClient, fetchSubnet } from "../coordinator-client.js";
import { evaluationsDirectory } from "../home.js";
import type { Output } from "../output.js";
import { createProgress, type Progress } from "../progress/progress.js";
import type { Launch, RunDirectory } from "../run-directory.js";
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
  /** Aborted when the user wants to stop; the journal then ends interrupted. */
  readonly signal: AbortSignal;
}

/**
 * One search in the embedded mode, from starting the services to the written run directory.
 * Whatever happens in between, services are stopped and the views are written from the journal.
 */
export async function runEmbeddedSearch(options: SessionOptions): Promise<SearchState> {
  const { run, output } = options;
  const progress = createProgress(output, Date.now);
  await mkdir(evaluationsDirectory(), { recursive: true });
  const fleet = await Fleet.start(fleetOptions(options), {
    onRestart: (name, how, attempt) =>
      progress.notice(`${name} died (${how}) and was started again (${attempt} of 3)`),
  });
  try {
    await Promise.race([follow(options, fleet, progress), fleet.givenUp]);
  } catch (error) {
    progress.end();
    if (!options.signal.aborted) output.say(CollmError.from(error).message);
  } finally {
    progress.end();
    await fleet.stop();
  }
  return run.writeViews();
}

function fleetOptions({ run, launch }: SessionOptions): FleetOptions {
  const { searchId } = launch;
  return {
    manifests: [launch.supernet],
    journals: { kind: "single", runDirectory: run.path, searchId },
    evaluationsDirectory: evaluationsDirectory(),
    logDirectory: run.logPath,
    navigator: launch.navigator,
    generator: launch.generator,
    evaluator: launch.evaluator ?? {},
  };
}

async function follow(options: SessionOptions, fleet: Fleet, progress: Progress): Promise<void> {
  const { begin, launch, signal } = options;
  const { searchId } = launch;
  const coordinator = new CoordinatorClient(fleet.addressOf("coordinator"));
  try {
    if (begin.kind === "start") {
      const { name } = await loadManifest(launch.supernet);
      await coordinator.start(searchId, begin.config, name);
    } else {
      await coordinator.resume(searchId);
    }
    let state: SearchState = emptyState;
    for await (const event of coordinator.follow(searchId, signal)) {
      state = applyEvent(state, event);
      progress.show(event);
    }
    progress.end();
    await finish(options, fleet, coordinator, state);
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
): Promise<void> {
  const { run, launch, opensTest, output } = options;
  const winner = best(state);
  if (state.phase !== "finished" || !winner || !state.started) return;
  const { supernet } = state.started;
  if (opensTest) {
    try {
      await coordinator.openTest(launch.searchId);
    } catch (error) {
      output.say(`test split not opened: ${CollmError.from(error).message}`);
    }
  }
  if (supernet.isSynthetic) return;
  const model = await fetchSubnet(
    fleet.addressOf("evaluator"),
    supernet.name,
    winner.architecture.canonical,
  );
  await run.writeSubnet(model);
}
