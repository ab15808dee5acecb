import { fixed, grouped, markdownTable } from "../markdown.js";
import type { LimitFacts, SpaceFacts } from "./facts.js";
import { type MeasuredNetwork, top1Percent } from "./measure-correctness.js";

export interface LandscapeReport {
  readonly supernet: string;
  readonly images: number;
  readonly seed: number;
  readonly medianMacs: number;
  readonly medianSamples: number;
  readonly limitMacs: number;
  readonly space: SpaceFacts;
  readonly within: LimitFacts;
}

export function landscapeMarkdown(report: LandscapeReport): string {
  const { supernet, images, seed, medianMacs, medianSamples, limitMacs, space, within } = report;
  const { best, largest } = within;
  return [
    `# Landscape of ${supernet}`,
    "",
    `${images} validation images, seed ${seed}; measured as the evaluator does.`,
    "",
    markdownTable(
      [`${space.networks} uniformly drawn subnets`, ""],
      [
        ["validation top-1", `${percent(space.minPercent)} to ${percent(space.maxPercent)}`],
        ["spread", points(space.maxPercent - space.minPercent)],
        ["standard deviation", points(space.deviationPercent)],
        ["standard error of one accuracy", points(space.standardErrorPercent)],
        ["split-half Spearman", fixed(space.splitHalf, 3)],
        ["reliability of all images (Spearman-Brown)", fixed(space.reliability, 3)],
        ["Spearman of MACs and top-1", fixed(space.macsAndAccuracy, 3)],
        [`median MACs of ${grouped(medianSamples)} subnets`, grouped(medianMacs)],
      ],
    ),
    "",
    markdownTable(
      [`${within.networks} uniformly drawn subnets within ${grouped(limitMacs)} MACs`, ""],
      [
        ["best", described(best)],
        ["largest", described(largest)],
        ["MACs rank of the best (1: largest)", `${within.macsRankOfBest} of ${within.networks}`],
        [
          "accuracy rank of the largest (1: best)",
          `${within.accuracyRankOfLargest} of ${within.networks}`,
        ],
        ["best minus largest", points(top1Percent(best) - top1Percent(largest))],
        ["the same on images it was not chosen on", points(within.honestGainPercent)],
        ["Spearman of MACs and top-1", fixed(within.macsAndAccuracy, 3)],
      ],
    ),
  ].join("\n");
}

/** One line for each subnet, for charts. */
export function landscapeCsv(
  samples: Readonly<Record<string, readonly MeasuredNetwork[]>>,
): string {
  const lines = Object.entries(samples).flatMap(([sample, networks]) =>
    networks.map((network) =>
      [
        sample,
        network.architecture.canonical,
        network.resolution,
        network.macs,
        top1Percent(network).toFixed(4),
      ].join(","),
    ),
  );
  return `${["sample,canonical,resolution,macs,top1_percent", ...lines].join("\n")}\n`;
}

function described(network: MeasuredNetwork): string {
  const accuracy = percent(top1Percent(network));
  return `${accuracy}, ${grouped(network.macs)} MACs, \`${network.architecture.canonical}\``;
}

function percent(value: number): string {
  return `${fixed(value, 2)} %`;
}

function points(value: number): string {
  return `${fixed(value, 2)} points`;
}
