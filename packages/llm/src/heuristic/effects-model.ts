import type { Architecture, Cost, Limits, SearchSpace } from "@collm/search-space";
import { type CholeskyFactor, cholesky } from "./cholesky.js";
import { createFeatureMap, type FeatureMap, type FeatureVector } from "./features.js";

/**
 * Bayesian ridge regression of accuracy on genes: `y = mean + cost + shared + own + noise`, each
 * part linear in the contrasts of `features.ts`. How strong the parts are is not fixed but chosen
 * by the evidence (marginal likelihood) among a few values, in units of the observed spread, so
 * nothing here depends on the scale of the accuracies. Solved in the dual, one row per trial.
 */
export interface Observation {
  readonly architecture: Architecture;
  readonly cost: Cost;
  readonly top1Percent: number;
}

/** What a choice adds, in points of accuracy at equal cost, compared with the gene's average choice. */
export interface Effect {
  readonly mean: number;
  readonly sd: number;
  /** Trials in which the choice was active. */
  readonly trials: number;
}

export interface EffectsModel {
  /** By gene, then by choice. */
  readonly effects: readonly (readonly Effect[])[];
  /** Points for an e-fold of the binding cost; absent where nothing is limited. */
  readonly costEffect?: Omit<Effect, "trials">;
  /** Expected accuracy of a network, less noisy than a single measurement. */
  predict(architecture: Architecture, cost: Cost): number;
}

/** Strength of each part relative to the spread of the observations. */
interface Strengths {
  readonly cost: number;
  readonly shared: number;
  readonly own: number;
  readonly noise: number;
}

/** Values that are tried for each part; the middle ones come first. */
const candidates = {
  shared: [0.1, 0.03, 0.3, 1],
  noise: [0.3, 0.1, 0.03, 0.8],
  own: [0.02, 0.003, 0.1],
  cost: [3, 0.3],
} as const satisfies Record<keyof Strengths, readonly number[]>;

/** Times that each part is chosen anew, the others being held. */
const sweeps = 2;

/** The intercept's variance: wide, as the mean was subtracted only approximately. */
const interceptVariance = 1;

/** Fits the model; with no observation every effect is zero and uncertain. */
export function fitEffects(
  space: SearchSpace,
  limits: Limits,
  observations: readonly Observation[],
): EffectsModel {
  const map = createFeatureMap(space, limits);
  const rows = observations.map(({ architecture, cost }) => map.vector(architecture.choices, cost));
  const accuracies = winsorised(observations.map((observation) => observation.top1Percent));
  const mean = average(accuracies);
  const centred = accuracies.map((accuracy) => accuracy - mean);
  const spread = Math.sqrt(average(centred.map((value) => value * value))) || 1;
  const y = centred.map((value) => value / spread);

  const grams = gramMatrices(map, rows);
  const { strengths, factor } = bestStrengths(grams, y);
  const alpha = factor.solve(y);
  const variances = map.features.map(({ group, variance }) => variance * strengths[group]);
  const weights = new Float64Array(map.features.length);
  rows.forEach((row, i) => {
    for (const [feature, value] of row) {
      weights[feature] =
        (weights[feature] as number) +
        (variances[feature] as number) * value * (alpha[i] as number);
    }
  });
  const meanOf = (vector: FeatureVector): number =>
    vector.reduce((sum, [feature, value]) => sum + (weights[feature] as number) * value, 0);
  const sdOf = (vector: FeatureVector): number => {
    const prior = new Map(
      vector.map(([feature, value]) => [feature, (variances[feature] as number) * value]),
    );
    const before = vector.reduce((sum, [f, value]) => sum + value * (prior.get(f) as number), 0);
    const explained = factor.halfSolve(
      rows.map((row) => row.reduce((sum, [f, value]) => sum + value * (prior.get(f) ?? 0), 0)),
    );
    return Math.sqrt(Math.max(0, before - explained.reduce((sum, v) => sum + v * v, 0)));
  };
  const intercept = interceptVariance * alpha.reduce((sum, value) => sum + value, 0);

  const effects = space.genes.map((gene, g) =>
    gene.choices.map((_, choice) => {
      const vector = map.contribution(g, choice);
      return {
        mean: meanOf(vector) * spread,
        sd: sdOf(vector) * spread,
        trials: observations.filter(
          ({ architecture: { choices } }) => choices[g] === choice && space.isActive(g, choices),
        ).length,
      };
    }),
  );
  const costVector: FeatureVector | undefined =
    map.costFeature === undefined ? undefined : [[map.costFeature, 1]];
  return {
    effects,
    ...(costVector
      ? { costEffect: { mean: meanOf(costVector) * spread, sd: sdOf(costVector) * spread } }
      : {}),
    predict: (architecture, cost) =>
      mean + spread * (intercept + meanOf(map.vector(architecture.choices, cost))),
  };
}

type Gram = readonly (readonly number[])[];

/** Inner products of the rows, one matrix per group. */
function gramMatrices(
  map: FeatureMap,
  rows: readonly FeatureVector[],
): Record<"cost" | "shared" | "own", Gram> {
  const gram = (group: "cost" | "shared" | "own"): Gram => {
    const dense = rows.map((row) => {
      const values = new Map<number, number>();
      for (const [feature, value] of row) {
        const { group: g, variance } = map.features[feature] as FeatureMap["features"][number];
        if (g === group) values.set(feature, value * Math.sqrt(variance));
      }
      return values;
    });
    return dense.map((a) =>
      dense.map((b) => {
        let sum = 0;
        for (const [feature, value] of a) sum += value * (b.get(feature) ?? 0);
        return sum;
      }),
    );
  };
  return { cost: gram("cost"), shared: gram("shared"), own: gram("own") };
}

/** Chooses one part after the other by the evidence, which is almost as good as all combinations. */
function bestStrengths(
  grams: Record<"cost" | "shared" | "own", Gram>,
  y: readonly number[],
): { strengths: Strengths; factor: CholeskyFactor } {
  const judge = (strengths: Strengths) => {
    const factor = factorOf(grams, y.length, strengths);
    const half = factor.halfSolve(y);
    const evidence = -0.5 * (half.reduce((sum, v) => sum + v * v, 0) + factor.logDeterminant);
    return { strengths, factor, evidence };
  };
  const parts = Object.keys(candidates) as (keyof Strengths)[];
  let best = judge({
    shared: candidates.shared[0],
    noise: candidates.noise[0],
    own: candidates.own[0],
    cost: candidates.cost[0],
  });
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const part of parts) {
      for (const value of candidates[part]) {
        if (value === best.strengths[part]) continue;
        const other = judge({ ...best.strengths, [part]: value });
        if (other.evidence > best.evidence) best = other;
      }
    }
  }
  return best;
}

function factorOf(
  grams: Record<"cost" | "shared" | "own", Gram>,
  size: number,
  strengths: Strengths,
): CholeskyFactor {
  const indices = Array.from({ length: size }, (_, i) => i);
  return cholesky(
    indices.map((i) =>
      indices.map(
        (j) =>
          interceptVariance +
          strengths.cost * entry(grams.cost, i, j) +
          strengths.shared * entry(grams.shared, i, j) +
          strengths.own * entry(grams.own, i, j) +
          (i === j ? strengths.noise : 0),
      ),
    ),
  );
}

function entry(gram: Gram, i: number, j: number): number {
  return gram[i]?.[j] as number;
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Accuracies with what is far below the middle lifted: networks that hardly learn anything would
 * otherwise decide what the model explains. Nothing counts as further below the median than the best
 * is above it.
 */
function winsorised(accuracies: readonly number[]): readonly number[] {
  const sorted = accuracies.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const floor = median - ((sorted.at(-1) ?? 0) - median);
  return accuracies.map((accuracy) => Math.max(accuracy, floor));
}
