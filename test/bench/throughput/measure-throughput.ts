import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMachineBusy, machineLine } from "../machine.js";
import { say } from "../progress.js";
import { measureSubnet, type SubnetThroughput } from "./measure-subnet.js";
import type { BenchSubnet } from "./networks/bench-subnet.js";
import { digitsSubnets, type SizeRole } from "./networks/digits.js";
import { autoFormerSubnets, ofaSubnets, sposSubnets } from "./networks/published.js";
import { startPeaks } from "./practical-peak.js";
import { TorchProcess } from "./torch/torch-process.js";
import { installedOpenBlas, torchEnvironment, torchSettings } from "./torch/torch-settings.js";

export const networkNames = ["digits", "ofa", "spos", "autoformer"] as const;
export type NetworkName = (typeof networkNames)[number];

export interface ThroughputOptions {
  readonly network: NetworkName;
  /** Of digits and ofa. */
  readonly roles: readonly SizeRole[];
  /** Of digits. */
  readonly manifestPath: string;
  /** Ours; undefined: the evaluator's. */
  readonly batchSizes: readonly number[] | undefined;
  readonly torchBatchSizes: readonly number[];
  /** Kernels that PyTorch's OpenBLAS tries; undefined in it: those it chooses itself. */
  readonly coreTypes: readonly (string | undefined)[];
  readonly threads: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly trialRounds: number;
}

/** Everything that was measured of one network. */
export interface Throughput {
  readonly network: NetworkName;
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

export async function measureThroughput(options: ThroughputOptions): Promise<Throughput> {
  const { network, threads, rounds, seconds } = options;
  const machine = machineLine();
  const isBusy = isMachineBusy();
  const folder = await mkdtemp(join(tmpdir(), "collm-bench-"));
  try {
    const { python, torch } = await findTorch();
    say(`PyTorch: ${torch}`);
    const settings =
      python === undefined ? [] : torchSettings(threads, installedOpenBlas(options.coreTypes));
    const benches = await subnetsOf(options, folder);
    const peaks = await startPeaks(threads);
    try {
      const subnets: SubnetThroughput[] = [];
      for (const bench of benches) {
        const own = { ...options, folder, peaks, python, settings };
        subnets.push(await measureSubnet(bench, own));
      }
      return { network, machine, isBusy, torch, threads, rounds, seconds, subnets };
    } finally {
      for (const peak of peaks.values()) await peak.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function subnetsOf(
  { network, roles, manifestPath }: ThroughputOptions,
  folder: string,
): Promise<readonly BenchSubnet[]> {
  switch (network) {
    case "digits":
      return await digitsSubnets(manifestPath, roles);
    case "ofa":
      return await ofaSubnets(folder, roles);
    case "spos":
      return await sposSubnets(folder);
    case "autoformer":
      return await autoFormerSubnets(folder);
  }
}

/** A Python with PyTorch, or why there is none. */
async function findTorch(): Promise<{
  readonly python: string | undefined;
  readonly torch: string;
}> {
  const python = process.env.COLLM_PYTHON ?? "/usr/bin/python3";
  const settings = { processes: 1, threads: 1, libraries: undefined, coreType: undefined };
  const started = await TorchProcess.start(python, torchEnvironment(settings));
  if (typeof started === "string") return { python: undefined, torch: `not measured (${started})` };
  await started.close();
  return { python, torch: started.version };
}
