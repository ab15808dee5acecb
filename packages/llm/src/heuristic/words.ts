import type { Limits, SearchSpace } from "@collm/search-space";
import { bindingShare } from "../cost-share.js";
import type { Effect, EffectsModel, Observation } from "./effects-model.js";

/** What the heuristic found, ready to be told. */
export interface Findings {
  readonly space: SearchSpace;
  readonly limits: Limits;
  readonly targetTop1Percent?: number | undefined;
  readonly model: EffectsModel;
  /** Too few trials to say anything about choices. */
  readonly isOpening: boolean;
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
  const { space, isOpening } = findings;
  const dimensions = [...new Set(space.genes.map((gene) => gene.dimension))];
  return [
    "# SUMMARY",
    summary(findings),
    "# KEY PATTERNS",
    isOpening ? "- None yet: too few networks were evaluated." : patterns(findings, dimensions),
    "# NAVIGATION DIRECTIONS",
    isOpening
      ? "Propose a broad, diverse batch that covers every dimension."
      : mainDirection(findings, dimensions),
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
    return "First round: nothing has been evaluated yet.";
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
    const { top, last, isTelling } = comparison(space, model, dimension);
    if (!top || !last) return [];
    const places = space.genes.filter((gene) => gene.dimension === dimension).length;
    const words = isTelling
      ? `${top.choice} beats ${last.choice} by about ${points(top.mean - last.mean)} points${places > 1 ? " per place" : ""} at equal cost.`
      : top === last
        ? `only ${top.choice} was tried.`
        : "no choice stands out yet at equal cost.";
    return [`- ${capitalised(dimension)}: ${words}`];
  });
  const { costEffect } = model;
  if (costEffect && bindingShare({ macs: 1, officialFlops: 1, paramsCount: 1 }, limits)) {
    lines.push(`- Cost: ${costPattern(costEffect)}`);
  }
  return lines.join("\n");
}

function costPattern({ mean, sd }: Omit<Effect, "trials">): string {
  if (Math.abs(mean) < tellingRatio * sd) return "what it is worth cannot be told yet.";
  const gain = Math.abs(mean * Math.log(1.1));
  return mean > 0
    ? `10 % more of the limit is worth about ${points(gain)} points.`
    : `with 10 % more of the limit, networks were about ${points(gain)} points worse.`;
}

/** One sentence that stands for all directions where there is room for one only. */
function mainDirection({ space, model }: Findings, dimensions: readonly string[]): string {
  const compared = dimensions.map((name) => ({ name, ...comparison(space, model, name) }));
  const preferred = compared.flatMap(({ name, top, isTelling }) =>
    isTelling && top ? [`${name} ${top.choice}`] : [],
  );
  const open = compared.filter(({ isTelling }) => !isTelling).map(({ name }) => name);
  if (preferred.length === 0) return `Keep varying ${list(open)}: no choice stands out yet.`;
  return `Prefer ${list(preferred)}${open.length > 0 ? `; keep varying ${list(open)}` : ""}.`;
}

function direction({ space, model }: Findings, dimension: string): string {
  const { top, last, isTelling } = comparison(space, model, dimension);
  const genes = space.genes
    .map((gene, g) => ({ gene, effects: model.effects[g] ?? [] }))
    .filter(({ gene }) => gene.dimension === dimension);
  const named = genes
    .map(({ gene, effects }) => ({ gene, ...bestChoice(gene.choices, effects) }))
    .filter(({ choice, ratio }) => choice !== top?.choice && ratio > tellingRatio)
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, maxGenesNamed)
    .map(({ gene, choice }) => `${gene.name} = ${choice}`);
  const untried = genes.flatMap(({ gene, effects }) =>
    effects.flatMap(({ trials }, c) => (trials === 0 ? [`${gene.name} = ${gene.choices[c]}`] : [])),
  );
  return [
    preference(top, last, isTelling),
    named.length > 0 ? `Exceptions: ${named.join(", ")}.` : "",
    untried.length > 0 ? `Not tried yet: ${someOf(untried)}.` : "",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function preference(
  top: ChoiceEffect | undefined,
  last: ChoiceEffect | undefined,
  isTelling: boolean,
): string {
  if (!top) return "Try every choice.";
  if (top === last) return `Keep ${top.choice} and try others.`;
  return isTelling ? `Prefer ${top.choice}.` : `Lean to ${top.choice} a little; vary it further.`;
}

function costDirection({ costShare, limits, model, isOpening }: Findings): string {
  const isLimited = Object.values(limits).some((limit) => limit !== undefined);
  if (!isLimited) return "Nothing limits the cost.";
  const use = `Use ${percent(costShare[0])} to ${percent(costShare[1])} of the limit and never more`;
  const { mean, sd } = model.costEffect ?? { mean: 0, sd: 1 };
  if (isOpening) return `${use}.`;
  if (mean <= 0) return `${use}: networks further below it were no worse so far.`;
  return mean < tellingRatio * sd
    ? `${use}: costlier networks look a little better so far.`
    : `${use}: what is left unused is accuracy given away.`;
}

/** Effect of a choice over all genes of its dimension. */
type ChoiceEffect = Omit<Effect, "trials"> & { readonly choice: number | string };

/**
 * The best and the worst choice of a dimension, and whether they differ enough to say so. Choices
 * that no trial has are left out: what the model expects of them is an extrapolation, good enough
 * for the odds of the directives but no finding.
 */
function comparison(space: SearchSpace, model: EffectsModel, dimension: string) {
  const sums = new Map<number | string, { mean: number; sd: number; count: number }>();
  space.genes.forEach((gene, g) => {
    if (gene.dimension !== dimension) return;
    gene.choices.forEach((choice, c) => {
      const effect = model.effects[g]?.[c];
      if (!effect || effect.trials === 0) return;
      const sum = sums.get(choice) ?? { mean: 0, sd: 0, count: 0 };
      sums.set(choice, {
        mean: sum.mean + effect.mean,
        sd: sum.sd + effect.sd,
        count: sum.count + 1,
      });
    });
  });
  const choices: readonly ChoiceEffect[] = [...sums]
    .map(([choice, { mean, sd, count }]) => ({ choice, mean: mean / count, sd: sd / count }))
    .sort((a, b) => b.mean - a.mean);
  const top = choices[0];
  const last = choices.at(-1);
  const isTelling =
    top !== undefined &&
    last !== undefined &&
    top !== last &&
    top.mean - last.mean >= tellingRatio * (top.sd + last.sd);
  return { top, last, isTelling };
}

/** The tried choice of a gene that helps most, and by how many times its uncertainty. */
function bestChoice(choices: readonly (number | string)[], effects: readonly Effect[]) {
  const [best] = effects
    .flatMap((effect, c) => (effect.trials > 0 ? [{ choice: choices[c], ...effect }] : []))
    .sort((a, b) => b.mean - a.mean);
  return { choice: best?.choice, ratio: (best?.mean ?? 0) / (best?.sd || 1) };
}

function someOf(names: readonly string[]): string {
  const more = names.length - maxGenesNamed;
  return names.slice(0, maxGenesNamed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

const points = (value: number): string => value.toFixed(2);
const percent = (share: number): string => `${Math.round(share * 100)} %`;

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
