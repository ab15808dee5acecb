import { type Benchmark, openBenchmark, openTable } from "@collm/nas-bench-201";
import {
  createSearcher,
  type EvaluationDispatcher,
  type EventOf,
  foldEvents,
  parseSearchId,
  runSearch,
  type SearchEvent,
} from "@collm/search";
import { createSearchSpace, type SearchSpace } from "@collm/search-space";

/**
 * The same search, alone and in this process: no services, no queue, every evaluation answered at
 * once from the table.
 *
 * @param started first event of the search's journal
 * @returns its journal
 */
export async function undisturbedSearch(
  started: EventOf<"SearchStarted">,
  tablePath: string,
): Promise<readonly SearchEvent[]> {
  const table = await openTable(tablePath);
  try {
    const settings = { dataSet: "cifar10", epochs: 200, charge: "training" } as const;
    const benchmark = await openBenchmark(table, settings);
    const events: SearchEvent[] = [started];
    await runSearch(
      parseSearchId(started.searchId),
      createSearcher(started.config.searcher),
      foldEvents(events),
      {
        journal: {
          append: async (event) => {
            events.push(event);
          },
        },
        roles: noRoles,
        dispatcher: answering(benchmark, createSearchSpace(started.supernet.space)),
        store: { read: async () => undefined },
        clock: { now: () => new Date(started.at) },
      },
      new AbortController().signal,
    );
    return events;
  } finally {
    await table.close();
  }
}

function answering(benchmark: Benchmark, space: SearchSpace): EvaluationDispatcher {
  return {
    evaluate: async ({ canonical }, _, onStarted) => {
      onStarted();
      const parsed = space.parse(canonical);
      const result =
        parsed.kind === "legal"
          ? benchmark.lookUp(parsed.architecture.choices, "validation")
          : undefined;
      if (!result) throw new RangeError(`the table lacks ${canonical}`);
      return { kind: "completed", result, isStored: false };
    },
  };
}

const notAsked = async (): Promise<never> => {
  throw new RangeError("the searcher asks a role");
};
const noRoles = {
  proposeStrategy: notAsked,
  proposeCandidates: notAsked,
  proposeStrategyAndCandidates: notAsked,
};
