import type { CandidatesRequest } from "@collm/search";
import {
  type Architecture,
  createRng,
  createSearchSpace,
  type Rng,
  type SearchSpace,
} from "@collm/search-space";
import { anyObject } from "../answers/notation-shape.js";
import { parseCandidates } from "../answers/parse-candidates.js";
import { type Directives, readDirectives } from "../directives.js";
import { type Band, editDistance, searchBand } from "./band-search.js";
import { type Preferences, perturb, preferencesOf } from "./preferences.js";
import { trajectoryDirectives } from "./trajectory-directives.js";

/**
 * The Generator's role without a language model. Like a model it sees the strategy, the space,
 * the limits and what was visited, and no result. From the strategy it takes the directives and
 * any architecture written in the prose; each candidate is then
 *
 *     explored   a free sample moved into the cost band, or
 *     directed   the best network of the cost band under one random draw of the preferences,
 *                at most `edits` genes away from a parent where there is one
 *
 * The exact cost model keeps every candidate within the limits. The answer is text, read by the
 * same parser as a model's.
 */
export function heuristicCandidates(request: CandidatesRequest): string {
  const space = createSearchSpace(request.space);
  const rng = createRng(request.seed, "heuristic-generator");
  // Without a strategy, as in OPRO, the scored solutions say where to start.
  const directives =
    request.strategy === ""
      ? trajectoryDirectives(space, request)
      : readDirectives(request.strategy).directives;
  const plan: Plan = {
    band: {
      limits: request.task.limits,
      costShare: directives.costShare ?? defaults.costShare,
    },
    preferences: preferencesOf(space, directives),
    parents: parentsOf(space, request.strategy, directives),
    edits: directives.edits ?? defaults.edits,
  };
  const explore = directives.explore ?? (plan.parents.length > 0 ? defaults.explore : 1);
  const exploredCount = Math.round(explore * request.count);

  const visited = new Set(request.visited);
  const batch: Architecture[] = [];
  for (let i = 0; i < request.count; i++) {
    const isExplored = i >= request.count - exploredCount;
    const found = firstNovel(space, batch, visited, () =>
      isExplored ? explored(space, plan, rng) : directed(space, plan, i, rng),
    );
    if (found) batch.push(found);
  }
  return writeAnswer(space, batch, exploredCount);
}

interface Plan {
  readonly band: Band;
  readonly preferences: Preferences;
  readonly parents: readonly Architecture[];
  readonly edits: number;
}

/** What holds where a strategy does not say. */
const defaults = {
  costShare: [0.9, 1],
  explore: 0.3,
  edits: 6,
} as const;

/** Draws per candidate before its place stays empty. */
const maxDraws = 20;
/** Moves of one climb; about ten for each gene of the published spaces. */
const movesPerGene = 10;
/** Networks of one batch differ in at least this many genes, as far as the draws allow; in small spaces in one. */
const minDistance = 2;
const genesOfSmallSpaces = 6;

function firstNovel(
  space: SearchSpace,
  batch: readonly Architecture[],
  visited: ReadonlySet<string>,
  draw: () => Architecture | undefined,
): Architecture | undefined {
  const distance = space.genes.length > genesOfSmallSpaces ? minDistance : 1;
  let tooClose: Architecture | undefined;
  for (let attempt = 0; attempt < maxDraws; attempt++) {
    const drawn = draw();
    if (!drawn || visited.has(drawn.canonical)) continue;
    if (batch.some(({ canonical }) => canonical === drawn.canonical)) continue;
    if (batch.every((other) => editDistance(space, other, drawn) >= distance)) return drawn;
    tooClose ??= drawn;
  }
  return tooClose;
}

function directed(
  space: SearchSpace,
  plan: Plan,
  place: number,
  rng: Rng,
): Architecture | undefined {
  const wanted = perturb(plan.preferences, rng, 1);
  const parent = plan.parents[place % Math.max(1, plan.parents.length)];
  return searchBand(space, parent ?? tilted(space, rng), wanted, plan.band, rng, {
    moves: movesPerGene * space.genes.length,
    edits: parent ? plan.edits : undefined,
  });
}

/** A free sample, moved into the band by changes that nothing else guides. */
function explored(space: SearchSpace, plan: Plan, rng: Rng): Architecture | undefined {
  const indifferent = space.genes.map((gene) => gene.choices.map(() => 0));
  return searchBand(space, tilted(space, rng), indifferent, plan.band, rng, {
    moves: movesPerGene * space.genes.length,
  });
}

/**
 * A sample whose dimensions each lean to one of their choices, more or less strongly. Independent
 * genes would give networks that are all average in every dimension, from which nobody could
 * tell what a dimension does.
 */
function tilted(space: SearchSpace, rng: Rng): Architecture {
  const leanings = new Map<string, { target: number; strength: number }>();
  return space.canonicalise(
    space.genes.map(({ dimension, choices }) => {
      let leaning = leanings.get(dimension);
      if (!leaning) {
        leaning = { target: rng.next(), strength: rng.next() };
        leanings.set(dimension, leaning);
      }
      const target = Math.min(choices.length - 1, Math.floor(leaning.target * choices.length));
      return rng.next() < leaning.strength ? target : rng.int(choices.length);
    }),
  );
}

/** The directives' parents; without them, the architectures that the prose spells out. */
function parentsOf(
  space: SearchSpace,
  strategy: string,
  directives: Directives,
): readonly Architecture[] {
  const written =
    directives.parents ??
    parseCandidates(strategy, anyObject, { takesReferences: true }).map(
      (proposal) => proposal.notation,
    );
  const found = new Map<string, Architecture>();
  for (const parent of written) {
    const read = space.legality(parent);
    const legality =
      read.kind === "illegal" && typeof parent === "string" ? space.parse(parent) : read;
    if (legality.kind === "legal") {
      found.set(legality.architecture.canonical, legality.architecture);
    }
  }
  return [...found.values()];
}

function writeAnswer(space: SearchSpace, batch: readonly Architecture[], explored: number): string {
  if (batch.length === 0) return "No architecture within the limits was found.";
  return [
    `${batch.length} candidates, of which up to ${explored} explore freely.`,
    "```json",
    "[",
    batch.map((architecture) => JSON.stringify(space.notation(architecture))).join(",\n"),
    "]",
    "```",
  ].join("\n");
}
