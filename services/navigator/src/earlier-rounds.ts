import { bestTrial, effectsInWords, type PromptSet, trialsInWords } from "@collm/llm";
import { strategyHeadline, type TrajectoryIteration, type TrialSummary } from "@collm/search";
import type { Limits, SearchSpace } from "@collm/search-space";

/** How much of the rounds a summary tells. */
export interface SummaryLength {
  /** Best trials. */
  readonly trials: number;
  /** Genes with what their choices came with. */
  readonly effects: number;
  /** Rounds with a line of their own, newest last. */
  readonly rounds: number;
}

/** From the usual length to the shortest; each is tried where the one before is too long. */
export const summaryLengths: readonly SummaryLength[] = [
  { trials: 12, effects: 24, rounds: 40 },
  { trials: 8, effects: 12, rounds: 16 },
  { trials: 4, effects: 4, rounds: 4 },
  { trials: 1, effects: 0, rounds: 0 },
];

/** A model's first line may be a whole paragraph. */
const maxHeadlineCharacters = 160;

/**
 * Stands for the rounds that no longer fit into the conversation: their best trials, what choices of
 * single genes came with, and a line for each round with what its strategy began with, so that no
 * strategy vanishes without a trace. It follows from the rounds alone, so every replica sums up
 * alike.
 *
 * @param rounds at least one
 */
export function earlierRounds(
  prompts: PromptSet,
  space: SearchSpace,
  limits: Limits,
  rounds: readonly TrajectoryIteration[],
  length: SummaryLength = summaryLengths[0] as SummaryLength,
): string {
  const trials = rounds.flatMap((round) => round.trials);
  const best = trials
    .filter((trial) => trial.isFeasible)
    .sort((a, b) => b.top1Percent - a.top1Percent)
    .slice(0, length.trials);
  const rejected = rounds.reduce((sum, round) => sum + round.rejections.length, 0);
  const effects = effectsInWords(space, trials, length.effects);
  return prompts.render("earlier-rounds", {
    first: String(rounds[0]?.index ?? 1),
    last: String(rounds.at(-1)?.index ?? 1),
    evaluated: String(trials.length),
    rejected:
      rejected === 0
        ? ""
        : `${rejected} candidates were not (illegal, duplicate or over the limit).`,
    trials: trialsInWords(best, limits),
    effects: effects === "" ? "" : prompts.render("effects", { effects }),
    rounds: roundLines(rounds, length.rounds).join("\n"),
  });
}

function roundLines(rounds: readonly TrajectoryIteration[], maxLines: number): readonly string[] {
  const firstLine = Math.max(0, rounds.length - maxLines);
  const before = rounds.slice(0, firstLine);
  let best = bestTrial(before);
  const lines =
    before.length === 0
      ? []
      : [`- Rounds ${before[0]?.index} to ${before.at(-1)?.index}: ${standing(best)}.`];
  for (const round of rounds.slice(firstLine)) {
    const better = bestTrial([round]);
    if (better && (!best || better.top1Percent > best.top1Percent)) best = better;
    lines.push(`- Round ${round.index}: ${standing(best)}. ${headline(round.strategy)}`);
  }
  return lines;
}

function standing(best: TrialSummary | undefined): string {
  return best ? `best so far ${best.top1Percent.toFixed(2)} % top-1` : "nothing within the limits";
}

function headline(strategy: string): string {
  if (strategy === "") return "The strategy before it was kept.";
  const line = strategyHeadline(strategy) || strategy.trim().replace(/\s+/g, " ");
  return line.length > maxHeadlineCharacters ? `${line.slice(0, maxHeadlineCharacters)}...` : line;
}
