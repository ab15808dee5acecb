import type { Architecture, Rng, SearchSpace } from "@collm/search-space";

/**
 * A distribution over architectures: independent logits for every gene, with what Adam and the
 * baseline remember. Immutable; `learn` gives the next one.
 */
export interface Policy {
  /** `[gene][choice]`, as the two below. */
  readonly logits: readonly (readonly number[])[];
  /** Adam's first and second moments. */
  readonly means: readonly (readonly number[])[];
  readonly squares: readonly (readonly number[])[];
  /** Rewards learnt from. */
  readonly steps: number;
  /** Moving average of the rewards, not yet corrected for its start at zero. */
  readonly average: number;
}

export interface LearningSettings {
  readonly learningRate: number;
  readonly baselineDecay: number;
}

/** Adam's constants, as in its paper and in PyTorch. */
const meanDecay = 0.9;
const squareDecay = 0.999;
const epsilon = 1e-8;

/** All choices equally likely. */
export function uniformPolicy(space: SearchSpace): Policy {
  const zeros = space.genes.map(({ choices }) => choices.map(() => 0));
  return { logits: zeros, means: zeros, squares: zeros, steps: 0, average: 0 };
}

/** Draws every gene from its own distribution. */
export function samplePolicy(space: SearchSpace, { logits }: Policy, rng: Rng): Architecture {
  return space.canonicalise(
    logits.map((row) => {
      const weights = softmax(row);
      let left = rng.next();
      const choice = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      // Rounding may leave a rest behind the last choice.
      return choice === -1 ? row.length - 1 : choice;
    }),
  );
}

/**
 * One step of REINFORCE: ascends (reward - baseline) * log p(architecture) by Adam. The baseline
 * takes in the reward first, as in the published code, so that the first step is none. Genes
 * without an effect on the network get no gradient.
 *
 * @param reward in percent; Adam makes its scale irrelevant
 */
export function learn(
  space: SearchSpace,
  policy: Policy,
  { choices }: Architecture,
  reward: number,
  { learningRate, baselineDecay }: LearningSettings,
): Policy {
  const steps = policy.steps + 1;
  const average = baselineDecay * policy.average + (1 - baselineDecay) * reward;
  const advantage = reward - average / (1 - baselineDecay ** steps);

  const gradients = policy.logits.map((row, gene) => {
    if (!space.isActive(gene, choices)) return row.map(() => 0);
    const weights = softmax(row);
    return row.map(
      (_, choice) => advantage * ((choice === choices[gene] ? 1 : 0) - (weights[choice] as number)),
    );
  });
  const means = blend(policy.means, gradients, meanDecay, (gradient) => gradient);
  const squares = blend(policy.squares, gradients, squareDecay, (gradient) => gradient ** 2);
  const logits = policy.logits.map((row, gene) =>
    row.map((logit, choice) => {
      const mean = (means[gene]?.[choice] ?? 0) / (1 - meanDecay ** steps);
      const square = (squares[gene]?.[choice] ?? 0) / (1 - squareDecay ** steps);
      return logit + (learningRate * mean) / (Math.sqrt(square) + epsilon);
    }),
  );
  return { logits, means, squares, steps, average };
}

function blend(
  before: Policy["logits"],
  gradients: Policy["logits"],
  decay: number,
  of: (gradient: number) => number,
): number[][] {
  return before.map((row, gene) =>
    row.map((value, choice) => decay * value + (1 - decay) * of(gradients[gene]?.[choice] ?? 0)),
  );
}

function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
