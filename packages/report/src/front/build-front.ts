import { archive, type EvaluatedCandidate, paretoFront, type SearchEvent } from "@collm/search";
import { type CostKind, limitedCost } from "@collm/search-space";
import { type JournalView, viewJournal } from "../journal-view.js";
import { resultOf } from "../result/build.js";
import { limitOf } from "../sections/wording.js";
import { frontSchemaVersion, type SearchFront } from "./schema.js";

/** A network that one of the searches, or several, evaluated. */
export interface FrontTrial {
  readonly trial: EvaluatedCandidate;
  /** Places of the searches in the front's list. */
  readonly searches: readonly number[];
}

/** The front with the trials behind it. */
export interface FrontView {
  readonly front: SearchFront;
  /** In the order of the searches, each network once. */
  readonly trials: readonly FrontTrial[];
}

/**
 * What several searches of one supernet found together. Results that two of them share count once;
 * candidates over the limit of their search count as well, since they were measured.
 *
 * @param cost what accuracy is shown against; default the first cost that a search limits, else MACs.
 * @throws RangeError if there is no journal, one without SearchStarted, or one whose accuracies were
 *   measured in another evaluation context.
 */
export function buildFront(
  journals: readonly (readonly SearchEvent[])[],
  cost?: CostKind,
): FrontView {
  const unordered = journals.map(viewJournal);
  const [first] = unordered;
  if (!first) throw new RangeError("a front needs a search, got none");
  const kind = cost ?? limitedKind(unordered);
  const limit = ({ started }: JournalView): number =>
    limitOf(started.config.limits, kind) ?? Number.POSITIVE_INFINITY;
  const views = unordered.toSorted((a, b) => limit(a) - limit(b) || 0);
  for (const { started } of views) requireSameContext(first, started);
  const trials = uniqueTrials(views);
  const onFront = new Set(
    paretoFront(
      trials.map(({ trial }) => trial),
      (trial) => trial.cost[kind],
    ),
  );
  const results = views.map(resultOf);
  const { supernet, digests } = resultOf(first);
  return {
    trials,
    front: {
      schemaVersion: frontSchemaVersion,
      supernet,
      digests,
      cost: kind,
      searches: results.map(({ searchId, searcher, status, limits, evaluations, best }) => ({
        searchId,
        searcher,
        status,
        limits,
        evaluations: { evaluated: evaluations.evaluated, fromStore: evaluations.fromStore },
        ...(best ? { best } : {}),
      })),
      networks: trials.length,
      front: trials
        .filter(({ trial }) => onFront.has(trial))
        .toSorted((a, b) => a.trial.cost[kind] - b.trial.cost[kind])
        .map(({ trial, searches }) => pointOf(first, trial, searches, results)),
    },
  };
}

function limitedKind(views: readonly JournalView[]): CostKind {
  for (const { started } of views) {
    const [name] = Object.keys(started.config.limits) as (keyof typeof limitedCost)[];
    if (name) return limitedCost[name];
  }
  return "macs";
}

function requireSameContext({ started: first }: JournalView, other: JournalView["started"]): void {
  if (first.supernet.contextDigest === other.supernet.contextDigest) return;
  throw new RangeError(
    `searches of one front share supernet, images, recipe and runtime: ${first.searchId} has evaluation context ` +
      `${first.supernet.contextDigest}, ${other.searchId} has ${other.supernet.contextDigest}`,
  );
}

function uniqueTrials(views: readonly JournalView[]): readonly FrontTrial[] {
  const found = new Map<
    string,
    { readonly trial: EvaluatedCandidate; readonly searches: number[] }
  >();
  for (const [place, { state }] of views.entries()) {
    for (const trial of archive(state)) {
      const { canonical } = trial.architecture;
      const known = found.get(canonical);
      if (known) known.searches.push(place);
      else found.set(canonical, { trial, searches: [place] });
    }
  }
  return [...found.values()];
}

function pointOf(
  { space }: JournalView,
  { architecture, cost, status }: EvaluatedCandidate,
  searches: readonly number[],
  results: readonly { readonly searchId: string }[],
): SearchFront["front"][number] {
  const { top1Percent, top5Percent, images } = status.result;
  return {
    canonical: architecture.canonical,
    notation: space.fileNotation(architecture),
    validation: { top1Percent, ...(top5Percent === undefined ? {} : { top5Percent }), images },
    cost,
    searchIds: searches.map((place) => results[place]?.searchId ?? ""),
  };
}
