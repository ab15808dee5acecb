import {
  applyEvent,
  archive,
  createSearcher,
  defaultSearchConfig,
  emptyState,
  journalVersion,
  parseSearchId,
  type Roles,
  runSearch,
  type SearchConfig,
  type SearcherName,
} from "@collm/search";
import { parseCandidates } from "../answers/parse-candidates.js";
import { splitReflection } from "../answers/split-reflection.js";
import { heuristicReflectionAndCandidates } from "../heuristic/alone.js";
import { heuristicCandidates } from "../heuristic/generator.js";
import { heuristicStrategy } from "../heuristic/navigator.js";
import { type Landscape, middleMacs } from "./landscape.js";

/** The heuristic in both roles, as it is behind the services. */
export const heuristicRoles: Roles = {
  proposeStrategy: async (request) => ({
    kind: "answered",
    value: heuristicStrategy(request),
    exchanges: [],
  }),
  proposeCandidates: async (request) => ({
    kind: "answered",
    value: parseCandidates(heuristicCandidates(request), {
      kind: "object",
      keys: ["ks", "e", "d", "r"],
    }),
    exchanges: [],
  }),
  proposeStrategyAndCandidates: async (request) => {
    const { reflection, candidates } = splitReflection(heuristicReflectionAndCandidates(request));
    const proposals = parseCandidates(candidates, {
      kind: "object",
      keys: ["ks", "e", "d", "r"],
    });
    return { kind: "answered", value: { strategy: reflection, proposals }, exchanges: [] };
  },
};

export interface LandscapeRun {
  /** True accuracy of the network that measured best: what a user would get. */
  readonly truth: number;
  readonly measured: number;
  readonly evaluations: number;
  readonly rejected: number;
}

/** One search of 60 evaluations in batches of 10 within the median MACs. */
export async function runOnLandscape(
  landscape: Landscape,
  name: SearcherName,
  seed: number,
  settings: Partial<SearchConfig> = {},
  roles: Roles = heuristicRoles,
): Promise<LandscapeRun> {
  const { space } = landscape;
  const searchId = parseSearchId(`bench-${name}-${seed}`);
  const at = new Date(0);
  const state = applyEvent(emptyState, {
    v: journalVersion,
    seq: 1,
    searchId,
    at: at.toISOString(),
    type: "SearchStarted",
    config: {
      ...defaultSearchConfig(name),
      seed,
      limits: { maxMacs: middleMacs(space) },
      budget: 60,
      iterations: 30,
      candidatesPerIteration: 10,
      ...settings,
    },
    supernet: {
      name: "landscape",
      family: space.spec.family,
      digest: "none",
      contextDigest: "none",
      space: space.spec,
      validationImages: 1,
      executionProvider: "none",
      runtimeVersion: "none",
      isSynthetic: true,
    },
    versions: {},
    roles: {},
  });
  const final = await runSearch(
    searchId,
    createSearcher(name),
    state,
    {
      journal: { append: async () => undefined },
      roles,
      store: { read: async () => undefined },
      clock: { now: () => at },
      dispatcher: {
        evaluate: async (request) => {
          const legality = space.parse(request.canonical);
          if (legality.kind === "illegal") {
            return { kind: "failed", code: "illegal", message: "illegal", isRetryable: false };
          }
          const top1Percent = Math.max(0, Math.min(100, landscape.measure(legality.architecture)));
          return {
            kind: "completed",
            result: { top1Percent, top5Percent: 100, images: 1, seconds: 0 },
            isStored: false,
          };
        },
      },
    },
    new AbortController().signal,
  );
  const trials = archive(final).filter((trial) => trial.isFeasible);
  const winner = trials.reduce((a, b) =>
    b.status.result.top1Percent > a.status.result.top1Percent ? b : a,
  );
  return {
    truth: landscape.truth(winner.architecture),
    measured: winner.status.result.top1Percent,
    evaluations: archive(final).length,
    rejected: final.iterations
      .flatMap((record) => record.candidates ?? [])
      .filter(({ status }) => status.kind === "rejected").length,
  };
}
