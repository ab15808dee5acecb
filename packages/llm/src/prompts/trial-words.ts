import type { RejectionSummary, TrajectoryIteration, TrialSummary } from "@collm/search";
import type { Limits } from "@collm/search-space";
import { bindingShare } from "../cost-share.js";
import { costInWords } from "./task-words.js";

/** One trial on one line: accuracy, cost, share of the limit, notation, what was changed in the proposal. */
export function trialInWords(trial: TrialSummary, limits: Limits): string {
  const share = bindingShare(trial.cost, limits)?.share;
  const use = share === undefined ? "" : ` (${(share * 100).toFixed(1)} % of the limit)`;
  return (
    `- ${trial.top1Percent.toFixed(2)} % top-1, ${costInWords(trial.cost, limits)}${use}` +
    `${trial.isFeasible ? "" : ", OVER THE LIMIT"}: ${JSON.stringify(trial.notation)}${repaired(trial)}`
  );
}

function repaired({ repairs = [] }: TrialSummary): string {
  if (repairs.length === 0) return "";
  const more = repairs.length - maxRepairsShown;
  const shown = repairs.slice(0, maxRepairsShown).join(", ");
  return ` (repaired, as proposed it was not allowed: ${shown}${more > 0 ? `, and ${more} more` : ""})`;
}

const maxRepairsShown = 6;

/** Trials, best first, and how many results of the round are still to come. */
export function trialsInWords(
  trials: readonly TrialSummary[],
  limits: Limits,
  pendingCount = 0,
): string {
  const pending = `- ${pendingCount} more of this round ${pendingCount === 1 ? "is" : "are"} still being evaluated`;
  const lines = [...trials]
    .sort((a, b) => b.top1Percent - a.top1Percent)
    .map((trial) => trialInWords(trial, limits))
    .concat(pendingCount > 0 ? [pending] : []);
  return lines.length === 0 ? "No candidate was evaluated." : lines.join("\n");
}

/** Rejections shown in full; a model that fails everywhere must not flood its own prompt. */
const maxRejectionsShown = 12;
const maxDetailCharacters = 200;

/** Candidates that were not evaluated, each with its reason; costs over a limit are told exactly. */
export function rejectionsInWords(rejections: readonly RejectionSummary[], limits: Limits): string {
  if (rejections.length === 0) return "";
  const lines = rejections
    .slice(0, maxRejectionsShown)
    .map(({ reason, detail, notation, cost }) => {
      const share = reason === "over-limit" && cost ? bindingShare(cost, limits)?.share : undefined;
      const why =
        cost && share !== undefined
          ? `${costInWords(cost, limits)}, ${(share * 100).toFixed(1)} % of the limit`
          : brief(detail);
      return `- ${reason} (${why})${notation === undefined ? "" : `: ${JSON.stringify(notation)}`}`;
    });
  const more = rejections.length - lines.length;
  return [
    `Not evaluated (${rejections.length}):`,
    ...lines,
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join("\n");
}

/** The best feasible trial of some rounds; of equals, the first. */
export function bestTrial(rounds: readonly TrajectoryIteration[]): TrialSummary | undefined {
  let best: TrialSummary | undefined;
  for (const trial of rounds.flatMap((round) => round.trials)) {
    if (trial.isFeasible && (!best || trial.top1Percent > best.top1Percent)) best = trial;
  }
  return best;
}

function brief(text: string): string {
  return text.length > maxDetailCharacters ? `${text.slice(0, maxDetailCharacters)}...` : text;
}
