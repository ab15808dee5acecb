import { type Spread, spreadOf } from "@collm/bench";
import { fixed, grouped, markdownTable } from "../markdown.js";
import { ratios } from "./alternate.js";
import { isSameNetwork, type LogitDifferences } from "./compare-logits.js";
import { contenderNames, type SubnetSpeed } from "./measure-subnet-speed.js";
import type { PreparedSubnet } from "./prepare-subnet.js";

/** Everything measured of one subnet. */
export interface SubnetThroughput {
  /** `smallest`, `median` or `largest`. */
  readonly role: string;
  readonly prepared: PreparedSubnet;
  readonly speeds: readonly SubnetSpeed[];
}

export interface ThroughputReport {
  readonly machine: string;
  /** Whether other work was running when the suite started. */
  readonly isBusy: boolean;
  /** PyTorch's version, or why it was left out. */
  readonly torch: string;
  readonly threads: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly subnets: readonly SubnetThroughput[];
}

const busyWarning =
  "**The machine was busy with other work. PyTorch's OpenMP threads wait for each other at every " +
  "operator and suffer most from that: do not quote these ratios.**";

export function throughputMarkdown(report: ThroughputReport): string {
  const { machine, isBusy, torch, threads, rounds, seconds, subnets } = report;
  return [
    "# Throughput",
    "",
    `${machine}. PyTorch: ${torch}. ${rounds} alternating rounds of ${seconds} s each, threads: ${threads},`,
    "float32 arrays ready on both sides. Medians; in brackets the smallest and the largest of all rounds.",
    "Ratios and shares are formed within a round; beside them the ratio of each one's best round, since",
    "what else runs on a machine can only slow a round down.",
    ...(isBusy ? ["", busyWarning] : []),
    ...subnets.flatMap(subnetSection),
    "",
    "## Before the first image",
    "",
    "Milliseconds, one thread, as in a worker of the evaluator.",
    "",
    markdownTable(
      ["subnet", "cut", "calibrate", "fold and encode", "load and first batch"],
      subnets.map(({ role, prepared: { costs, calibrationImages } }) => [
        `${role} (${calibrationImages} calibration images)`,
        ...[costs.cut, costs.calibrate, costs.build, costs.start].map((cost) =>
          inBrackets(cost, 1),
        ),
      ]),
    ),
  ].join("\n");
}

function subnetSection({ role, prepared, speeds }: SubnetThroughput): string[] {
  const { canonical, cost, resolution } = prepared.subnet;
  return [
    "",
    `## ${role} subnet: ${grouped(cost.macs)} MACs, ${grouped(cost.paramsCount)} parameters, ${resolution} x ${resolution} pixels`,
    "",
    `\`${canonical}\``,
    ...speeds.flatMap((speed) => speedTable(speed, cost.macs)),
  ];
}

function speedTable(speed: SubnetSpeed, macs: number): string[] {
  const { batchSize, rates, peak, differences } = speed;
  const eager = rates.get(contenderNames.eager);
  const frozen = rates.get(contenderNames.frozen);
  const rows = Object.entries(contenderNames).flatMap(([kind, name]) => {
    const own = rates.get(name);
    if (!own) return [];
    const ceiling = kind === "workers" ? peak.workers : peak.session;
    const macRates = own.map((rate) => rate * macs);
    return [
      [
        name,
        inBrackets(spreadOf(own), 0),
        eager ? inBrackets(spreadOf(ratios(own, eager)), 2) : "–",
        frozen ? inBrackets(spreadOf(ratios(own, frozen)), 2) : "–",
        eager ? fixed(Math.max(...own) / Math.max(...eager), 2) : "–",
        `${fixed(100 * spreadOf(ratios(macRates, ceiling)).median, 1)} %`,
      ],
    ];
  });
  return [
    "",
    `Batches of ${batchSize}.${differences ? agreement(differences) : ""}`,
    "",
    markdownTable(
      ["", "images/s", "x eager", "x frozen", "x eager, best rounds", "share of peak"],
      rows,
    ),
  ];
}

function inBrackets({ median, min, max }: Spread, decimals: number): string {
  const text = decimals === 0 ? grouped : (value: number) => fixed(value, decimals);
  return `${text(median)} (${text(min)}–${text(max)})`;
}

function agreement({ eager, frozen, optimized }: LogitDifferences): string {
  const off = isSameNetwork(optimized)
    ? ""
    : ` optimize_for_inference computes other logits (off by ${fixed(optimized, 1)}) and is no alternative.`;
  return ` Logits agree with PyTorch's to ${Math.max(eager, frozen).toExponential(1)}.${off}`;
}
