import { createLandscape } from "@collm/llm/testing";
import {
  applyEvent,
  createSearcher,
  defaultSearchConfig,
  type EvaluationDispatcher,
  type EventOf,
  emptyState,
  journalVersion,
  parseSearchId,
  runSearch,
  type SearchEvent,
  type SearcherName,
  type SupernetInfo,
} from "@collm/search";
import { publishedOfaSpec } from "@collm/search-space";

export const benchSearchId = parseSearchId("long-search");

export interface JournalOptions {
  readonly searcher: SearcherName;
  /** Evaluations; each makes three events. */
  readonly budget: number;
  /** What is searched: a supernet with the space of OFA at width 1.2. */
  readonly supernet: SupernetInfo;
}

/** How long an evaluation takes on the journal's clock. */
const evaluationMs = 800;

/**
 * The journal of a long search over OFA's space, as a coordinator writes it: the real loop and the
 * real searcher, with accuracies from a formula and a clock that moves with the events. The same
 * options give the same bytes.
 */
export async function makeJournal({
  searcher,
  budget,
  supernet,
}: JournalOptions): Promise<SearchEvent[]> {
  const spec = publishedOfaSpec(1.2);
  const landscape = createLandscape("additive", 0, spec);
  const { space } = landscape;
  let nowMs = Date.parse("2026-01-01T00:00:00.000Z");
  const clock = {
    now: () => {
      nowMs += evaluationMs / 3;
      return new Date(nowMs);
    },
  };
  const dispatcher: EvaluationDispatcher = {
    evaluate: async ({ canonical }, _signal, onStarted) => {
      onStarted();
      const read = space.parse(canonical);
      if (read.kind === "illegal") throw new RangeError(read.reasons.join("; "));
      const top1Percent = Number(
        Math.min(99, Math.max(1, landscape.measure(read.architecture))).toFixed(3),
      );
      const top5Percent = Number((top1Percent + 0.75 * (100 - top1Percent)).toFixed(3));
      const seconds = evaluationMs / 1000;
      return {
        kind: "completed",
        result: { top1Percent, top5Percent, images: 10_000, seconds },
        isStored: false,
      };
    },
  };
  const started: EventOf<"SearchStarted"> = {
    v: journalVersion,
    seq: 1,
    searchId: benchSearchId,
    at: clock.now().toISOString(),
    type: "SearchStarted",
    config: { ...defaultSearchConfig(searcher), budget },
    supernet,
    versions: { collm: "0.1.0" },
    roles: {},
  };
  const events: SearchEvent[] = [started];
  const unused = (): never => {
    throw new RangeError("makeJournal: the searcher asks a role");
  };
  await runSearch(
    benchSearchId,
    createSearcher(searcher),
    applyEvent(emptyState, started),
    {
      journal: { append: async (event) => void events.push(event) },
      roles: { navigator: unused, generator: unused } as never,
      dispatcher,
      store: { read: async () => undefined },
      clock,
    },
    new AbortController().signal,
  );
  return events;
}
