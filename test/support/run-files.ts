import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type SearchEvent, searchEventSchema } from "@collm/search";

/** The complete lines of a run's journal, checked; empty while there is none. */
export async function journalOf(run: string): Promise<readonly SearchEvent[]> {
  const text = await readFile(join(run, "events.jsonl"), "utf8").catch(() => "");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => searchEventSchema.parse(JSON.parse(line)));
}

/** What a search decided, without what may differ between two runs: times and stretches. */
export function decisionsOf(events: readonly SearchEvent[]): readonly unknown[] {
  return events.flatMap((event): readonly (readonly unknown[])[] => {
    switch (event.type) {
      case "StrategyProposed":
        return [[event.type, event.iteration, event.strategy]];
      case "CandidatesProposed":
        return [[event.type, event.iteration, event.origin, event.candidates]];
      case "CandidateRejected":
        return [[event.type, event.candidateId, event.reason, event.canonical]];
      case "SearchFinished":
        return [[event.type, event.reason, event.bestCandidateId]];
      default:
        return [];
    }
  });
}

/** Results by key, and how often each key was completed. */
export function completionsOf(events: readonly SearchEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.type === "EvaluationCompleted") {
      counts.set(event.key, (counts.get(event.key) ?? 0) + 1);
    }
  }
  return counts;
}

export async function readJson(path: string): Promise<Record<string, never>> {
  return JSON.parse(await readFile(path, "utf8"));
}
