import {
  best,
  createSearcher,
  defaultSearchConfig,
  type EvaluationDispatcher,
  type EventOf,
  foldEvents,
  journalVersion,
  parseSearchId,
  rolesOf,
  runSearch,
  type SearchConfig,
  type SearchEvent,
  type StopRequest,
  type SupernetInfo,
} from "@collm/search";
import { createSearchSpace, fnv1a, publishedOfaSpec, type SpaceSpec } from "@collm/search-space";
import { alsoAlone, createFakeRoles, type TwoRoles } from "./fake-roles.js";

/** What a fixture search may change; everything else is fixed. */
export interface FixtureOptions {
  readonly config?: Partial<SearchConfig>;
  readonly supernet?: Partial<SupernetInfo>;
  readonly roleNames?: Readonly<Record<string, string>>;
  readonly roles?: TwoRoles;
  readonly spec?: SpaceSpec;
  readonly dispatcher?: EvaluationDispatcher;
  /** Stops the search once the journal has this many events. */
  readonly stopAt?: { readonly events: number; readonly request: StopRequest };
}

const start = Date.UTC(2026, 6, 29, 12, 0, 0);

/** Runs a real search on a formula instead of a network and gives its journal. */
export async function runFixture(options: FixtureOptions = {}): Promise<SearchEvent[]> {
  const searcher = options.config?.searcher ?? "collm";
  const config = {
    ...defaultSearchConfig(searcher),
    limits: { maxFlops: 420_000_000 },
    ...options.config,
  };
  const spec = options.spec ?? publishedOfaSpec(1.0);
  const events: SearchEvent[] = [
    {
      v: journalVersion,
      seq: 1,
      searchId: "fixture-1",
      at: new Date(start).toISOString(),
      type: "SearchStarted",
      config,
      supernet: { ...supernetOf(spec), ...options.supernet },
      versions: { collm: "0.1.0", node: "20.20.2" },
      roles:
        options.roleNames ??
        Object.fromEntries(rolesOf[searcher].map((role) => [role, llmRoles[role]])),
    } satisfies EventOf<"SearchStarted">,
  ];
  await continueFixture(events, options);
  return events;
}

/** Goes on with a fixture's search from where its journal is; appends to `events`. */
export async function continueFixture(
  events: SearchEvent[],
  options: FixtureOptions = {},
): Promise<void> {
  const last = events.at(-1);
  if (last?.type === "SearchInterrupted") {
    events.push({ ...envelope(last), type: "SearchResumed" });
  }
  const state = foldEvents(events);
  const { started, space } = state;
  if (!started || !space) throw new RangeError("the fixture has no SearchStarted");
  let ticks = events.length;
  const stop = new AbortController();
  await runSearch(
    parseSearchId(started.searchId),
    createSearcher(started.config.searcher),
    state,
    {
      journal: {
        append: async (event) => {
          events.push(event);
          if (events.length === options.stopAt?.events) stop.abort(options.stopAt.request);
        },
      },
      roles: options.roles
        ? alsoAlone(options.roles)
        : createFakeRoles(space, started.roles.generator?.split(":")[0]),
      dispatcher: options.dispatcher ?? createFormulaDispatcher(started.supernet.space),
      store: { read: async () => undefined },
      clock: { now: () => new Date(start + 1_370 * ++ticks) },
    },
    stop.signal,
  );
}

/** The journal with its sealed test split opened for the winner. */
export function withTestOpened(events: readonly SearchEvent[]): SearchEvent[] {
  const winner = best(foldEvents(events));
  const last = events.at(-1);
  if (!winner || !last) throw new RangeError("the fixture has no winner");
  const { canonical } = winner.architecture;
  const result = { top1Percent: 77.5, top5Percent: 93.5, images: 5_000, seconds: 3 };
  return [
    ...events,
    { ...envelope(last), type: "TestOpened", canonical },
    { ...envelope(last), seq: last.seq + 2, type: "TestCompleted", canonical, result },
  ];
}

/** What the event after `last` has in common with it. */
function envelope({ v, seq, searchId, at }: SearchEvent) {
  return { v, seq: seq + 1, searchId, at };
}

const llmRoles = { navigator: "openai:qwen3-32b", generator: "openai:qwen3-8b" };

function supernetOf(spec: SpaceSpec): SupernetInfo {
  return {
    name: "ofa-w1.0",
    family: spec.family,
    digest: "sha256:5d1f0c6f0b7a2d1c9a44e6a3f9b8e1d20c7a55e3b1f4d6c8",
    contextDigest: "sha256:90be2277c1d4f0aa8812b5d3e6f7a9c0b1e2d3f4a5b6c7d8",
    space: spec,
    validationImages: 10_000,
    executionProvider: "cpu",
    runtimeVersion: "1.30.0",
    isSynthetic: false,
  };
}

/** Accuracy that grows with cost and saturates, with noise of the architecture's own. */
export function createFormulaDispatcher(spec: SpaceSpec): EvaluationDispatcher {
  const space = createSearchSpace(spec);
  const largest = space.cost(
    space.canonicalise(space.genes.map((gene) => gene.choices.length - 1)),
  ).macs;
  return {
    evaluate: async ({ canonical }) => {
      const legality = space.parse(canonical);
      if (legality.kind === "illegal") {
        return { kind: "failed", code: "illegal", message: canonical, isRetryable: false };
      }
      const size = space.cost(legality.architecture).macs / largest;
      const noise = (fnv1a(canonical) % 1_000) / 1_000 - 0.5;
      const top1Percent = 80 - 9 * Math.exp(-3.2 * size) + 1.3 * noise;
      return {
        kind: "completed",
        result: {
          top1Percent: Math.round(top1Percent * 100) / 100,
          top5Percent: Math.round((100 - (100 - top1Percent) / 4) * 100) / 100,
          images: 10_000,
          seconds: 2 + 10 * size,
        },
        isStored: fnv1a(canonical) % 11 === 0,
      };
    },
  };
}
