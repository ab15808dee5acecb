import { bestTrial, type PromptSet, trialsInWords } from "@collm/llm";
import { strategyHeadline, type TrajectoryIteration, type TrialSummary } from "@collm/search";
import type { Limits } from "@collm/search-space";

/** Trials kept of the rounds that are summed up. */
const summarisedTrials = 12;
/** Rounds with a line of their own, newest last; the summary of a long search must stay short. */
const maxRoundLines = 40;
/** A model's first line may be a whole paragraph. */
const maxHeadlineCharacters = 160;

/**
 * Stands for the rounds that no longer fit into the conversation: their best trials, and a line
 * for each with what its strategy began with, so that no strategy vanishes without a trace. It
 * follows from the rounds alone, so every replica sums up alike.
 *
 * @param rounds at least one
 */
export function earlierRounds(
  prompts: PromptSet,
  limits: Limits,
  rounds: readonly TrajectoryIteration[],
): string {
  const trials = rounds.flatMap((round) => round.trials);
  const best = trials
    .filter((trial) => trial.isFeasible)
    .sort((a, b) => b.top1Percent - a.top1Percent)
    .slice(0, summarisedTrials);
  const rejected = rounds.reduce((sum, round) => sum + round.rejections.length, 0);
  return prompts.render("earlier-rounds", {
    first: String(rounds[0]?.index ?? 1),
    last: String(rounds.at(-1)?.index ?? 1),
    evaluated: String(trials.length),
    rejected:
      rejected === 0
        ? ""
        : `${rejected} candidates were not (illegal, duplicate or over the limit).`,
    trials: trialsInWords(best, limits),
    rounds: roundLines(rounds).join("\n"),
  });
}

function roundLines(rounds: readonly TrajectoryIteration[]): readonly string[] {
  const firstLine = Math.max(0, rounds.length - maxRoundLines);
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
