import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  LlmLedger,
  type PlannedSearch,
  type Player,
  type Runner,
  recordOf,
  type SearchRecord,
  type Target,
} from "@collm/bench";
import { CollmError } from "@collm/errors";
import { readJournalFile } from "@collm/journal";
import { best, foldEvents, parseSearchId, type SearchId } from "@collm/search";
import { stringify as stringifyYaml } from "yaml";
import { CoordinatorClient } from "../coordinator-client.js";
import { Fleet } from "../embedded/fleet.js";
import type { Output } from "../output.js";

/**
 * Runs searches through the four services, several at once at one coordinator whose evaluator hosts
 * all targets. Arms whose roles are played by others get services of their own, one group after
 * the other. Journals of searches that were begun are resumed.
 *
 * @param out the suite's directory: `searches/`, `evaluations/`, `logs/` and `manifests/` are made in it.
 */
export function createServicesRunner(out: string, output: Output): Runner {
  return async (open, { jobs, signal, onRecords }) => {
    for (const group of byPlayers(open)) {
      const fleet = await startFleet(out, group, output);
      const coordinator = new CoordinatorClient(fleet.addressOf("coordinator"), undefined);
      const over = new AbortController();
      try {
        const stop = AbortSignal.any([signal, over.signal]);
        const work = inParallel(group, jobs, async (search) => {
          stop.throwIfAborted();
          await onRecords([await runOne(out, search, coordinator, stop)]);
        });
        await Promise.race([work, fleet.givenUp]);
      } catch (error) {
        throw signal.aborted ? new CollmError("cancelled", "stopped by the user") : error;
      } finally {
        // Whoever lost the race must not go on asking services that are stopped.
        over.abort();
        coordinator.close();
        await fleet.stop();
      }
    }
  };
}

/** Searches by who plays their roles; those without roles go with the heuristic's. */
function byPlayers(open: readonly PlannedSearch[]): readonly (readonly PlannedSearch[])[] {
  const groups = new Map<string, PlannedSearch[]>();
  for (const search of open) {
    const players = JSON.stringify(
      search.arm.players ?? { navigator: heuristic, generator: heuristic },
    );
    const group = groups.get(players);
    if (group) group.push(search);
    else groups.set(players, [search]);
  }
  return [...groups.values()];
}

async function startFleet(
  out: string,
  group: readonly PlannedSearch[],
  output: Output,
): Promise<Fleet> {
  const targets = [...new Set(group.map(({ target }) => target))];
  const manifests = await Promise.all(targets.map((target) => manifestOf(out, target)));
  const evaluationsDirectory = join(out, "evaluations");
  await mkdir(evaluationsDirectory, { recursive: true });
  const players = group[0]?.arm.players;
  output.say("starting the services");
  return await Fleet.start(
    {
      manifests,
      journals: { kind: "directory", directory: searchesDirectory(out) },
      evaluationsDirectory,
      logDirectory: join(out, "logs"),
      // Searchers without roles ask nobody; whatever the environment says, no model is called.
      navigator: players?.navigator ?? heuristic,
      generator: players?.generator ?? heuristic,
      ...(players?.prompts === undefined ? {} : { prompts: players.prompts }),
      evaluator: {},
    },
    { onRestart: (service, how) => output.say(`${service} died (${how}) and was started again`) },
  );
}

const heuristic: Player = { backend: "heuristic" };

/** Services are told of a table by a manifest; where the user gave the table alone, one is written. */
async function manifestOf(out: string, target: Target): Promise<string> {
  if (target.kind === "supernet") return target.manifest;
  if (target.manifest !== undefined) return target.manifest;
  const { name, path, settings } = target;
  const directory = join(out, "manifests");
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${name}.yaml`);
  await writeFile(file, stringifyYaml({ family: "table", name, table: path, ...settings }));
  return file;
}

async function runOne(
  out: string,
  search: PlannedSearch,
  coordinator: CoordinatorClient,
  signal: AbortSignal,
): Promise<SearchRecord> {
  const { arm, target, seed, digest } = search;
  const id = searchIdOf(search);
  // Starting what is there already goes on with it.
  await coordinator.start(id, { ...arm.config, seed }, target.name, signal);
  for await (const _ of coordinator.follow(id, signal));
  const journal = join(searchesDirectory(out), id, "events.jsonl");
  const found = foldEvents((await readJournalFile(journal)).events);
  if (found.phase !== "finished") {
    throw new CollmError("unavailable", `search ${id}: ${found.interruption ?? found.phase}`);
  }
  if (best(found) && !found.test) await coordinator.openTest(id);
  const { events } = await readJournalFile(journal);
  const state = foldEvents(events);
  const ledger = new LlmLedger();
  for (const event of events) ledger.note(event);
  const key = { arm: arm.name, target: target.name, seed, digest };
  return recordOf(key, state, ledger.calls, state.test?.result.top1Percent);
}

function searchesDirectory(out: string): string {
  return join(out, "searches");
}

/** Names are cut to what an id may have; the digest keeps apart what that makes equal. */
function searchIdOf({ arm, target, seed, digest }: PlannedSearch): SearchId {
  const names = `${arm.name}-${target.name}`.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  return parseSearchId(`${names.slice(0, 40).replace(/^-+/, "")}-${digest.slice(0, 6)}-${seed}`);
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
