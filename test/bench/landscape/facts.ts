import { spearman, standardDeviation, wholeReliability } from "@collm/statistics";
import { type MeasuredNetwork, top1Percent } from "./measure-correctness.js";

/** What uniformly drawn subnets tell about a space and its validation images. */
export interface SpaceFacts {
  readonly networks: number;
  readonly minPercent: number;
  readonly maxPercent: number;
  readonly deviationPercent: number;
  /** Mean standard error of one accuracy, from the number of images alone. */
  readonly standardErrorPercent: number;
  /** Spearman between accuracies on the even and on the odd images. */
  readonly splitHalf: number;
  /** The same, stepped up to all images (Spearman-Brown). */
  readonly reliability: number;
  /** Spearman between multiply-accumulates and accuracy. */
  readonly macsAndAccuracy: number;
}

export function spaceFacts(networks: readonly MeasuredNetwork[]): SpaceFacts {
  const accuracies = networks.map((network) => top1Percent(network));
  const splitHalf = spearman(
    networks.map((network) => top1Percent(network, 0)),
    networks.map((network) => top1Percent(network, 1)),
  );
  const images = networks[0]?.isCorrect.length ?? 0;
  const variances = accuracies.map((percent) => (percent * (100 - percent)) / images);
  return {
    networks: networks.length,
    minPercent: Math.min(...accuracies),
    maxPercent: Math.max(...accuracies),
    deviationPercent: standardDeviation(accuracies),
    standardErrorPercent: Math.sqrt(variances.reduce((a, b) => a + b, 0) / networks.length),
    splitHalf,
    reliability: wholeReliability(splitHalf),
    macsAndAccuracy: spearman(
      networks.map(({ macs }) => macs),
      accuracies,
    ),
  };
}

/** Whether searching within a limit is more than taking the largest network. */
export interface LimitFacts {
  readonly networks: number;
  readonly best: MeasuredNetwork;
  readonly largest: MeasuredNetwork;
  /** Place of the best when networks are sorted by cost, 1 the largest. */
  readonly macsRankOfBest: number;
  /** Place of the largest when networks are sorted by accuracy, 1 the best. */
  readonly accuracyRankOfLargest: number;
  readonly macsAndAccuracy: number;
  /**
   * The best minus the largest in percentage points, free of the luck of having been chosen: chosen
   * on one half of the images and compared on the other, averaged over both ways round.
   */
  readonly honestGainPercent: number;
}

export function limitFacts(networks: readonly MeasuredNetwork[]): LimitFacts {
  const best = highest(networks, (network) => top1Percent(network));
  const largest = highest(networks, ({ macs }) => macs);
  const gain = (chosenOn: 0 | 1, comparedOn: 0 | 1): number =>
    top1Percent(
      highest(networks, (network) => top1Percent(network, chosenOn)),
      comparedOn,
    ) - top1Percent(largest, comparedOn);
  return {
    networks: networks.length,
    best,
    largest,
    macsRankOfBest: 1 + networks.filter(({ macs }) => macs > best.macs).length,
    accuracyRankOfLargest:
      1 + networks.filter((network) => top1Percent(network) > top1Percent(largest)).length,
    macsAndAccuracy: spearman(
      networks.map(({ macs }) => macs),
      networks.map((network) => top1Percent(network)),
    ),
    honestGainPercent: (gain(0, 1) + gain(1, 0)) / 2,
  };
}

/** The first network with the largest value. */
function highest(
  networks: readonly MeasuredNetwork[],
  measure: (network: MeasuredNetwork) => number,
): MeasuredNetwork {
  return networks.reduce((best, network) => (measure(network) > measure(best) ? network : best));
}
