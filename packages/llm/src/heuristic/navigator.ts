import type { StrategyRequest } from "@collm/search";
import { createSearchSpace, type SearchSpace } from "@collm/search-space";
import { type Directives, writeDirectives } from "../directives.js";
import { type EffectsModel, fitEffects, type Observation } from "./effects-model.js";
import { describeFindings } from "./words.js";

/**
 * The Navigator's role without a language model: it learns from the trajectory which choices help
 * at equal cost (`effects-model.ts`), and says so in a strategy of the paper's form that ends
 * with directives.
 *
 *     prefer     odds of each choice: exp(effect / temperature), the effect being the model's
 *                expectation plus a bonus for what is still uncertain. The temperature is the
 *                typical uncertainty of an effect, so that odds sharpen as evidence grows.
 *     parents    the best trials, judged half by their measurement and half by the model, since
 *                the top of noisy measurements is partly luck
 *     costShare  close to the limit, unless cost is seen not to help
 *     explore    everything in the first round, then a small share
 *
 * It never reads a rendered prompt and knows nothing of the data set.
 */
export function heuristicStrategy(request: StrategyRequest): string {
  const { limits, targetTop1Percent } = request.task;
  const space = createSearchSpace(request.space);
  const rounds = request.hasMemory ? request.trajectory : request.trajectory.slice(-1);
  const trials = rounds
    .flatMap((round) => round.trials)
    .flatMap(({ canonical, cost, top1Percent, isFeasible }) => {
      const read = space.parse(canonical);
      if (read.kind === "illegal") return [];
      return [{ architecture: read.architecture, cost, top1Percent, isFeasible }];
    });
  const feasible = trials.filter((trial) => trial.isFeasible);
  const model = fitEffects(space, limits, trials);
  const isOpening = trials.length < minTrials;
  const directives: Directives & Pick<Required<Directives>, "costShare"> = isOpening
    ? openingDirectives
    : {
        prefer: odds(space, model),
        parents: bestParents(model, feasible).map(({ architecture }) =>
          space.notation(architecture),
        ),
        costShare: model.costEffect && model.costEffect.mean > 0 ? [0.95, 1] : [0.75, 1],
        explore: 0.1,
        edits: Math.min(maxEdits, Math.ceil(space.genes.length / genesPerEdit)),
      };
  const best = [...feasible].sort((a, b) => b.top1Percent - a.top1Percent)[0];
  const prose = describeFindings({
    space,
    limits,
    targetTop1Percent,
    model,
    isOpening,
    observations: trials,
    best,
    costShare: directives.costShare ?? [0, 1],
  });
  return `${prose}\n\n${writeDirectives(directives)}\n`;
}

/** Fewer trials than this say nothing about dozens of genes. */
const minTrials = 4;

/** Before anything is known: a broad batch that mostly uses the limit, as the mission asks. */
const openingDirectives = { costShare: [0.75, 1], explore: 1 } as const;

/*
 * The numbers below were chosen on synthetic landscapes with other seeds than those of
 * `benchmark.test.ts`; within a factor of two of each, results differ by less than their noise.
 */
const bonusPerSd = 0.5;
const temperaturePerSd = 0.6;
const maxParents = 3;
const maxEdits = 8;
/** In a space of few genes, changing more than a third of them leaves nothing of a parent. */
const genesPerEdit = 3;
/** Odds beyond this say "always" already. */
const maxOdds = 10_000;

function bestParents(model: EffectsModel, feasible: readonly Observation[]): Observation[] {
  return feasible
    .map((trial) => ({
      trial,
      merit: (trial.top1Percent + model.predict(trial.architecture, trial.cost)) / 2,
    }))
    .sort((a, b) => b.merit - a.merit)
    .slice(0, maxParents)
    .map(({ trial }) => trial);
}

function odds(space: SearchSpace, model: EffectsModel): NonNullable<Directives["prefer"]> {
  const sds = model.effects.flat().map((effect) => effect.sd);
  const typicalSd = Math.sqrt(sds.reduce((sum, sd) => sum + sd * sd, 0) / sds.length);
  const temperature = temperaturePerSd * typicalSd || 1;
  return Object.fromEntries(
    space.genes.map((gene, g) => [
      gene.name,
      Object.fromEntries(
        gene.choices.map((choice, c) => {
          const { mean, sd } = model.effects[g]?.[c] ?? { mean: 0, sd: 0 };
          const weight = Math.exp((mean + bonusPerSd * sd) / temperature);
          return [String(choice), Number(Math.min(maxOdds, weight).toPrecision(3))];
        }),
      ),
    ]),
  );
}
