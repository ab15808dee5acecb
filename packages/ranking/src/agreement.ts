import { kendallTau } from "@collm/statistics";

/** How well one ranking of a trial agrees with the accuracies. */
export interface Agreement {
  /** Kendall's tau-b; 0 where a side is constant and so says nothing about any order. */
  readonly tau: number;
  /**
   * Whether the most accurate is put first: 1 or 0, or the chance of it where scores tie at the top
   * and the first must be drawn.
   */
  readonly bestFirst: number;
}

/** Agreement of scores, the larger the better, with accuracies in percent. */
export function agreementOf(scores: readonly number[], top1Percents: readonly number[]): Agreement {
  const tau = kendallTau(scores, top1Percents);
  const topScore = Math.max(...scores);
  const best = Math.max(...top1Percents);
  const first = top1Percents.filter((_, i) => scores[i] === topScore);
  return {
    tau: Number.isNaN(tau) ? 0 : tau,
    bestFirst: first.filter((top1Percent) => top1Percent === best).length / first.length,
  };
}

/** Scores of an order: `order` holds positions, the best first. */
export function scoresOfOrder(order: readonly number[]): readonly number[] {
  const scores = order.map(() => 0);
  order.forEach((position, place) => {
    scores[position] = order.length - place;
  });
  return scores;
}
