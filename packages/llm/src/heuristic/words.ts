import type { Limits, SearchSpace } from "@collm/search-space";
import { bindingShare } from "../cost-share.js";
import type { Effect, EffectsModel, Observation } from "./effects-model.js";

/** What the heuristic found, ready to be told. */
export interface Findings {
  readonly space: SearchSpace;
  readonly limits: Limits;
  readonly targetTop1Percent?: number | undefined;
  readonly model: EffectsModel;
  /** All trials of the rounds in view. */
  readonly observations: readonly Observation[];
  /** The best feasible trial. */
  readonly best?: Observation | undefined;
  readonly costShare: readonly [number, number];
}

/** An effect is worth a sentence when it is this many times its uncertainty. */
const tellingRatio = 1;
/** Single genes named per dimension; the directives have them all. */
const maxGenesNamed = 3;

/** A strategy's prose in the form of the paper (appendix E). */
export function describeFindings(findings: Findings): string {
  const { space, observations } = findings;
  const dimensions = [...new Set(space.genes.map((gene) => gene.dimension))];
  const isOpening = observations.length === 0;
  return [
    "# SUMMARY",
    summary(findings),
    "# KEY PATTERNS",
    isOpening ? "- None yet: nothing has been evaluated." : patterns(findings, dimensions),
    "# NAVIGATION DIRECTIONS",
    ...dimensions.flatMap((dimension) => [
      `## ${capitalised(dimension)}`,
      isOpening
        ? "Try every choice; let whole networks lean to one end or the other."
        : direction(findings, dimension),
    ]),
    "## Cost",
    costDirection(findings),
  ].join("\n\n");
}

function summary({ observations, best, limits, targetTop1Percent }: Findings): string {
  if (observations.length === 0) {
    return "First round: propose a broad, diverse batch that covers every dimension.";
  }
  const share = best ? bindingShare(best.cost, limits) : undefined;
  const sentences = [
    `${observations.length} networks were evaluated.`,
    best
      ? `The best within the limits has ${points(best.top1Percent)} % top-1` +
        `${share ? ` at ${percent(share.share)} of the limit` : ""}.`
      : "None of them is within the limits.",
  ];
  if (targetTop1Percent !== undefined) {
    sentences.push(
      best && best.top1Percent >= targetTop1Percent
        ? `The target of ${targetTop1Percent} % is reached.`
        : `The target is ${targetTop1Percent} %.`,
    );
  }
  return sentences.join(" ");
}

function patterns({ space, model, limits }: Findings, dimensions: readonly string[]): string {
  const lines = dimensions.flatMap((dimension) => {
    const choices = overall(space, model, dimension);
    const top = choices[0];
    const last = choices.at(-1);
    if (!top || !last || top === last) return [];
    const gap = top.mean - last.mean;
    if (gap < tellingRatio * (top.sd + last.sd)) {
      return [`- ${capitalised(dimension)}: no choice stands out yet at equal cost.`];
    }
    return [
      `- ${capitalised(dimension)}: ${top.choice} beats ${last.choice} by about ` +
        `${points(gap)} points per place at equal cost.`,
    ];
  });
  const { costEffect } = model;
  if (costEffect && bindingShare({ macs: 1, officialFlops: 1, paramsCount: 1 }, limits)) {
    lines.push(
      `- Cost: 10 % more of the limit is worth about ${points(costEffect.mean * Math.log(1.1))} points.`,
    );
  }
  return lines.join("\n");
}

function direction({ space, model }: Findings, dimension: string): string {
  const [top] = overall(space, model, dimension);
  const genes = space.genes.map((gene, g) => ({ gene, effects: model.effects[g] ?? [] }));
  const named = genes
    .filter(({ gene }) => gene.dimension === dimension)
    .map(({ gene, effects }) => ({ gene, ...bestChoice(gene.choices, effects) }))
    .filter(({ choice, ratio }) => choice !== top?.choice && ratio > tellingRatio)
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, maxGenesNamed)
    .map(({ gene, choice }) => `${gene.name} = ${choice}`);
  const untried = genes
    .filter(({ gene }) => gene.dimension === dimension)
    .flatMap(({ gene, effects }) =>
      effects.flatMap(({ trials }, c) =>
        trials === 0 ? [`${gene.name} = ${gene.choices[c]}`] : [],
      ),
    );
  return [
    `Prefer ${top?.choice}.`,
    named.length > 0 ? `Exceptions: ${named.join(", ")}.` : "",
    untried.length > 0 ? `Not tried yet: ${untried.slice(0, maxGenesNamed).join(", ")}.` : "",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function costDirection({ costShare, limits }: Findings): string {
  const isLimited = Object.values(limits).some((limit) => limit !== undefined);
  if (!isLimited) return "Nothing limits the cost.";
  return (
    `Use ${percent(costShare[0])} to ${percent(costShare[1])} of the limit and never more: ` +
    "what is left unused is accuracy given away."
  );
}

/** Mean effect of every choice over all genes of the dimension, best first. */
function overall(
  space: SearchSpace,
  model: EffectsModel,
  dimension: string,
): readonly (Omit<Effect, "trials"> & { readonly choice: number | string })[] {
  const sums = new Map<number | string, { mean: number; sd: number; count: number }>();
  space.genes.forEach((gene, g) => {
    if (gene.dimension !== dimension) return;
    gene.choices.forEach((choice, c) => {
      const effect = model.effects[g]?.[c];
      const sum = sums.get(choice) ?? { mean: 0, sd: 0, count: 0 };
      sums.set(choice, {
        mean: sum.mean + (effect?.mean ?? 0),
        sd: sum.sd + (effect?.sd ?? 0),
        count: sum.count + 1,
      });
    });
  });
  return [...sums]
    .map(([choice, { mean, sd, count }]) => ({ choice, mean: mean / count, sd: sd / count }))
    .sort((a, b) => b.mean - a.mean);
}

function bestChoice(choices: readonly (number | string)[], effects: readonly Effect[]) {
  const means = effects.map((effect) => effect.mean);
  const c = means.indexOf(Math.max(...means));
  return { choice: choices[c], ratio: (means[c] ?? 0) / (effects[c]?.sd || 1) };
}

const points = (value: number): string => value.toFixed(2);
const percent = (share: number): string => `${Math.round(share * 100)} %`;

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
