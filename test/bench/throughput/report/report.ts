import { grouped, markdownTable } from "../../markdown.js";
import type { SubnetThroughput } from "../measure-subnet.js";
import type { Throughput } from "../measure-throughput.js";
import { inBrackets } from "./in-brackets.js";
import { speedSection } from "./speed-section.js";

const busyWarning =
  "**The machine was busy with other work, which threads that wait for each other suffer most from: " +
  "quote no ratios of this run.**";

const titles = {
  digits: "the demo's supernet",
  ofa: "once-for-all, weights from a formula",
  spos: "single-path one-shot, weights from a formula",
  autoformer: "AutoFormer, weights from a formula",
} as const;

export function throughputMarkdown(throughput: Throughput): string {
  const { network, machine, isBusy, torch, threads, rounds, seconds, subnets } = throughput;
  return [
    `# Throughput: ${titles[network]}`,
    "",
    `${machine}. PyTorch: ${torch}. ${rounds} alternating rounds of ${seconds} s each, threads: ${threads},`,
    "float32 arrays ready on both sides. Medians; in brackets the smallest and the largest of all rounds.",
    "Ratios are formed within a round. The peak is that of a 2048 x 2048 x 2048 matrix product in the same rounds.",
    ...(isBusy ? ["", busyWarning] : []),
    ...subnets.filter(({ speeds }) => speeds.length > 0).flatMap(subnetSection),
    ...startSection(subnets),
  ].join("\n");
}

function subnetSection({ role, prepared, speeds, memory }: SubnetThroughput): string[] {
  const { canonical, cost, resolution } = prepared.subnet;
  return [
    "",
    `## ${role}: ${grouped(cost.macs)} MACs, ${grouped(cost.paramsCount)} parameters, ${resolution} x ${resolution} pixels`,
    "",
    `\`${canonical}\``,
    ...speeds.flatMap((speed) => speedSection(speed, cost.macs)),
    "",
    "Peak resident memory of a process that does nothing else, all processes of a contender together.",
    "",
    markdownTable(
      ["", "MB", "of that before the network is loaded"],
      memory.map(({ name, peakBytes, baseBytes }) => [
        name,
        megabytes(peakBytes),
        megabytes(baseBytes),
      ]),
    ),
  ];
}

function startSection(subnets: readonly SubnetThroughput[]): string[] {
  return [
    "",
    "## Before the first image",
    "",
    "Milliseconds from an architecture to its first batch, and re-estimation of BatchNorm in images per",
    "second, its graph and session included. One thread, as in a worker of the evaluator.",
    "",
    markdownTable(
      ["", "cut", "fold and encode", "load", "first batch", "together", "re-estimation, images/s"],
      subnets.map(({ role, prepared: { start, calibration } }) => [
        role,
        ...[start.cut, start.build, start.load, start.firstBatch, start.total].map((cost) =>
          inBrackets(cost, cost.median < 10 ? 1 : 0),
        ),
        calibration
          ? `${inBrackets(calibration.imagesPerSecond, 0)}, ${grouped(calibration.imagesCount)} images`
          : "–",
      ]),
    ),
  ];
}

function megabytes(bytes: number): string {
  return grouped(bytes / 1e6);
}
