import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CollmError } from "@collm/errors";
import { readJournalFile } from "@collm/journal";
import { foldEvents, type SearchEvent } from "@collm/search";
import { loadManifest } from "@collm/supernet";
import { CoordinatorClient, Fleet } from "../cli.js";
import { say } from "../progress.js";
import { measuredWith } from "./outcome.js";
import type { Plan, PlannedSearch } from "./plan.js";

export interface RunOptions {
  /** Holds `searches/`, `evaluations/` and `logs/`. */
  readonly out: string;
  /** Searches at the same time. */
  readonly parallel: number;
}

/** A search with its whole journal. */
export interface FinishedSearch {
  readonly search: PlannedSearch;
  readonly events: readonly SearchEvent[];
}

/**
 * Runs what is planned through the four services, a few searches at a time, with one evaluation
 * store for all. Journals of finished searches are taken as they are and unfinished ones resumed, so
 * an interrupted comparison goes on where it was.
 */
export async function runSearches(plan: Plan, options: RunOptions): Promise<FinishedSearch[]> {
  const journals = join(options.out, "searches");
  const found = await Promise.all(
    plan.searches.map(async (search) => ({
      search,
      events: await readJournal(journals, search),
    })),
  );
  found.forEach(checkConfig);
  checkOneSupernet(found);
  const open = found.filter(({ events }) => foldEvents(events).phase !== "finished");
  say(`${found.length - open.length} of ${found.length} searches are there already`);
  if (open.length === 0) return found;

  await withCoordinator(plan, options, journals, async (coordinator) => {
    const name = (await loadManifest(plan.manifestPath)).name;
    let ended = found.length - open.length;
    await inParallel(open, options.parallel, async ({ search, events }) => {
      if (events.length === 0) await coordinator.start(search.id, search.config, name);
      else await coordinator.resume(search.id);
      for await (const _ of coordinator.follow(search.id, new AbortController().signal));
      say(`${++ended} of ${found.length}: ${search.id}`);
    });
  });
  const finished = await Promise.all(
    plan.searches.map(async (search) => ({
      search,
      events: await readJournal(journals, search),
    })),
  );
  checkOneSupernet(finished);
  return finished;
}

async function withCoordinator(
  plan: Plan,
  { out }: RunOptions,
  journals: string,
  work: (coordinator: CoordinatorClient) => Promise<void>,
): Promise<void> {
  const evaluationsDirectory = join(out, "evaluations");
  await mkdir(journals, { recursive: true });
  await mkdir(evaluationsDirectory, { recursive: true });
  const fleet = await Fleet.start(
    {
      manifests: [plan.manifestPath],
      journals: { kind: "directory", directory: journals },
      evaluationsDirectory,
      logDirectory: join(out, "logs"),
      // Whatever the environment says: the comparison is of searchers, not of language models.
      navigator: heuristic,
      generator: heuristic,
      evaluator: {},
    },
    { onRestart: (service, how) => say(`${service} died (${how}) and was started again`) },
  );
  const coordinator = new CoordinatorClient(fleet.addressOf("coordinator"));
  try {
    await Promise.race([work(coordinator), fleet.givenUp]);
  } finally {
    coordinator.close();
    await fleet.stop();
  }
}

const heuristic = {
  backend: "heuristic",
  temperature: 0,
  maxOutputTokens: 8192,
  timeoutMs: 120_000,
} as const;

/** Empty while the search was not started. */
async function readJournal(folder: string, { id }: PlannedSearch): Promise<readonly SearchEvent[]> {
  try {
    return (await readJournalFile(join(folder, id, "events.jsonl"))).events;
  } catch (error) {
    if (CollmError.from(error).code === "not-found") return [];
    throw error;
  }
}

function checkConfig({ search, events }: FinishedSearch): void {
  const [first] = events;
  if (first?.type !== "SearchStarted") return;
  const wanted: unknown = JSON.parse(JSON.stringify(search.config));
  if (isDeepStrictEqual(JSON.parse(JSON.stringify(first.config)), wanted)) return;
  throw new CollmError(
    "invalid-argument",
    `--out: ${search.id} was started there with other settings, choose another folder`,
  );
}

/** Accuracies of different weights, images or runtimes are not comparable. */
function checkOneSupernet(searches: readonly FinishedSearch[]): void {
  const contexts = searches.flatMap(({ events }) => measuredWith(foldEvents(events)) ?? []);
  if (new Set(contexts).size <= 1) return;
  throw new CollmError(
    "invalid-argument",
    "--out: the searches there were measured with different weights or images, choose another folder",
  );
}

async function inParallel<T>(
  pieces: readonly T[],
  width: number,
  work: (piece: T) => Promise<void>,
): Promise<void> {
  const waiting = pieces.values();
  const lane = async (): Promise<void> => {
    for (const piece of waiting) await work(piece);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
