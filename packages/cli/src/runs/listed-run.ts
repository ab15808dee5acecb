import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CollmError, errnoOf } from "@collm/errors";
import type { coordinator } from "@collm/proto";
import { best, evaluatedCount, foldEvents, type SearchState } from "@collm/search";
import { z } from "zod";
import { RunDirectory } from "../run-directory.js";

/** A search in the list that `collm runs` prints. */
export interface ListedRun {
  /** Run directory, or the search's id at a coordinator. */
  readonly run: string;
  readonly searchId: string;
  readonly searcher: string;
  readonly supernet: string;
  /** `running`, `interrupted`, `finished`, `unreadable`; `stopped` where nobody drives it and no end is journaled. */
  readonly phase: string;
  readonly evaluations: number;
  readonly budget: number;
  readonly bestTop1Percent: number | undefined;
  /** UTC, ISO 8601. */
  readonly lastEventAt: string | undefined;
}

/** What is taken from a result.json. */
const resultSchema = z.object({
  status: z.string(),
  searchId: z.string(),
  searcher: z.string(),
  supernet: z.object({ name: z.string() }),
  evaluations: z.object({ evaluated: z.number(), budget: z.number() }),
  best: z.object({ validation: z.object({ top1Percent: z.number() }) }).optional(),
  lastEventAt: z.string(),
});

/** The run directories in a folder, newest activity first. Throws `not-found` if there is no such folder. */
export async function listRunDirectories(folder: string): Promise<readonly ListedRun[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const code = errnoOf(error) ?? "unknown";
    throw new CollmError("not-found", `runs: folder ${folder} cannot be read (${code})`);
  });
  const runs: ListedRun[] = [];
  // One after the other: a journal may be long.
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const listed = await listRun(join(folder, entry.name));
    if (listed) runs.push(listed);
  }
  return newestFirst(runs);
}

/** Undefined if no search was ever started there. */
async function listRun(path: string): Promise<ListedRun | undefined> {
  const run = new RunDirectory(path);
  const launch = await run.launch().catch(() => undefined);
  if (!launch) return undefined;
  try {
    const fromResult = await readResult(run);
    if (fromResult) return fromResult;
    const state = foldEvents(await run.events());
    if (!state.started) return undefined;
    const isStopped = state.phase === "running" && !(await run.isHeld());
    return { ...ofState(run.path, state), phase: isStopped ? "stopped" : state.phase };
  } catch {
    const { searchId, search, supernet } = launch;
    return {
      run: run.path,
      searchId,
      searcher: search.searcher,
      supernet,
      phase: "unreadable",
      evaluations: 0,
      budget: search.budget,
      bestTop1Percent: undefined,
      lastEventAt: undefined,
    };
  }
}

/** A long journal takes seconds to fold; result.json says the same if nothing was journaled since. */
async function readResult(run: RunDirectory): Promise<ListedRun | undefined> {
  const path = join(run.path, "result.json");
  const [result, journal] = await Promise.all(
    [path, run.journalPath].map((file) => stat(file).catch(() => undefined)),
  );
  if (!result || !journal || result.mtimeMs < journal.mtimeMs) return undefined;
  const checked = resultSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (!checked.success || checked.data.status === "running") return undefined;
  const {
    status,
    searchId,
    searcher,
    supernet,
    evaluations,
    best: winner,
    lastEventAt,
  } = checked.data;
  return {
    run: run.path,
    searchId,
    searcher,
    supernet: supernet.name,
    phase: status,
    evaluations: evaluations.evaluated,
    budget: evaluations.budget,
    bestTop1Percent: winner?.validation.top1Percent,
    lastEventAt,
  };
}

function ofState(run: string, state: SearchState): ListedRun {
  const { started, lastAt, phase } = state;
  return {
    run,
    searchId: started?.searchId ?? "",
    searcher: started?.config.searcher ?? "",
    supernet: started?.supernet.name ?? "",
    phase,
    evaluations: evaluatedCount(state),
    budget: started?.config.budget ?? 0,
    bestTop1Percent: best(state)?.status.result.top1Percent,
    lastEventAt: lastAt,
  };
}

/** A coordinator's searches, newest activity first. */
export function listAtCoordinator(searches: readonly coordinator.Search[]): readonly ListedRun[] {
  return newestFirst(
    searches.map((search) => ({
      run: search.searchId,
      searchId: search.searchId,
      searcher: search.searcher,
      supernet: search.supernet,
      phase: search.status,
      evaluations: search.evaluations,
      budget: search.budget,
      bestTop1Percent: search.bestTop1Percent,
      lastEventAt: search.lastEventAt?.toISOString(),
    })),
  );
}

function newestFirst(runs: readonly ListedRun[]): readonly ListedRun[] {
  return runs.toSorted((a, b) => (b.lastEventAt ?? "").localeCompare(a.lastEventAt ?? ""));
}
