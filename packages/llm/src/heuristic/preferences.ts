import type { Rng, SearchSpace } from "@collm/search-space";
import { choiceWeights, type Directives } from "../directives.js";

/** Log odds of every choice of every gene; they average to zero over a gene's choices. */
export type Preferences = readonly (readonly number[])[];

/** Weights outside this range say no more than its ends do; exp(7) is about 1,100. */
const maxLogWeight = 7;

/** What the directives prefer, ready for adding up. Genes they do not name are all zeros. */
export function preferencesOf(space: SearchSpace, directives: Directives): Preferences {
  return space.genes.map((gene) => {
    const weights = choiceWeights(directives, gene) ?? gene.choices.map(() => 1);
    const logs = weights.map((weight) =>
      Math.min(maxLogWeight, Math.max(-maxLogWeight, Math.log(weight))),
    );
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    return logs.map((value) => value - mean);
  });
}

/** Mean of the largest of `count` standard Gumbel variables. */
const gumbelMaximum = (count: number): number => 0.5772 + Math.log(count);

/**
 * One random draw of what is wanted: log odds plus Gumbel noise. Taking the best choice of each
 * gene under such a draw is the same as drawing by the weights; the best *network within a cost
 * band* under it is the natural meaning of drawing by weights under a constraint. The noise of an
 * active gene has mean zero at its best choice, so that it does not favour deep networks.
 */
export function perturb(preferences: Preferences, rng: Rng, scale: number): Preferences {
  return preferences.map((logs) => {
    const shift = gumbelMaximum(logs.length);
    return logs.map((value) => value + scale * (gumbel(rng) - shift));
  });
}

function gumbel(rng: Rng): number {
  return -Math.log(-Math.log(rng.next() + Number.EPSILON) + Number.EPSILON);
}
