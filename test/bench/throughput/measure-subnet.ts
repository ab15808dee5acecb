import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { batchSizeOf } from "@collm/evaluation";
import { type Subnet, statisticsToJson } from "@collm/supernet";
import { say } from "../progress.js";
import type { Inputs } from "./inputs.js";
import { type MemoryUse, measureOurMemory, measureTorchMemory } from "./measure-memory.js";
import {
  type ContenderSpeed,
  measureSubnetSpeed,
  type SpeedOptions,
  writeInputs,
} from "./measure-subnet-speed.js";
import type { ThroughputOptions } from "./measure-throughput.js";
import type { BenchSubnet } from "./networks/bench-subnet.js";
import type { Peaks } from "./practical-peak.js";
import { type PreparedSubnet, prepareSubnet } from "./prepare-subnet.js";
import { chooseTorch, type TorchChoice } from "./torch/choose-torch.js";
import type { TorchSubnet } from "./torch/torch-process.js";
import type { TorchSettings } from "./torch/torch-settings.js";

/** Everything measured of one subnet. */
export interface SubnetThroughput {
  readonly role: string;
  readonly prepared: PreparedSubnet;
  /** For each of our batch sizes; empty where only the start is timed. */
  readonly speeds: readonly (readonly ContenderSpeed[])[];
  readonly memory: readonly MemoryUse[];
}

export interface SubnetOptions extends ThroughputOptions {
  readonly folder: string;
  readonly peaks: Peaks;
  /** Undefined where there is no PyTorch. */
  readonly python: string | undefined;
  readonly settings: readonly TorchSettings[];
}

/** Inputs that rounds go through again and again: more than the caches hold of a batch. */
const inputElements = 10_000_000;
const mostInputs = 1024;

/** One thread, as in a worker of the evaluator. */
const prepareOptions = { threads: 1, repeats: 5 };

export async function measureSubnet(
  bench: BenchSubnet,
  options: SubnetOptions,
): Promise<SubnetThroughput> {
  const { role } = bench;
  say(`${role}: from architecture to first batch`);
  const prepared = await prepareSubnet(bench, prepareOptions);
  if (!bench.isCompared) return { role, prepared, speeds: [], memory: [] };

  const { subnet, model } = prepared;
  const inputs = await bench.inputs(countFor(subnet, options.torchBatchSizes));
  const inputsPath = await writeInputs(inputs, options.folder);
  const batchSizes = options.batchSizes ?? [evaluatorsBatch(subnet)];
  say(`${role}: memory`);
  const memory = [
    ...(await measureOurMemory(model, inputsPath, { ...options, batchSize: batchSizes[0] ?? 1 })),
  ];
  const { python } = options;
  if (python === undefined) {
    const speeds = await measureSpeeds(prepared, inputs, [], batchSizes, options);
    return { role, prepared, speeds, memory };
  }

  const torchSubnet = await writeTorchSubnet(bench, prepared, inputsPath, options.folder);
  say(`${role}: PyTorch's settings`);
  const choices = await chooseTorch(torchSubnet, {
    python,
    settings: options.settings,
    batchSizes: options.torchBatchSizes,
    rounds: options.trialRounds,
  });
  try {
    const speeds = await measureSpeeds(prepared, inputs, choices, batchSizes, options);
    const ofTorch = await measureTorchMemory(torchSubnet, choices, python);
    return { role, prepared, speeds, memory: [...memory, ...ofTorch] };
  } finally {
    for (const { group } of choices) await group.close();
  }
}

async function measureSpeeds(
  prepared: PreparedSubnet,
  inputs: Inputs,
  choices: readonly TorchChoice[],
  batchSizes: readonly number[],
  options: Omit<SpeedOptions, "batchSize">,
): Promise<readonly (readonly ContenderSpeed[])[]> {
  const speeds: (readonly ContenderSpeed[])[] = [];
  for (const batchSize of batchSizes) {
    say(`${prepared.subnet.canonical}: batches of ${batchSize}`);
    speeds.push(await measureSubnetSpeed(prepared, inputs, choices, { ...options, batchSize }));
  }
  return speeds;
}

async function writeTorchSubnet(
  bench: BenchSubnet,
  { subnet, statistics }: PreparedSubnet,
  inputsPath: string,
  folder: string,
): Promise<TorchSubnet> {
  const statisticsPath = join(folder, "statistics.json");
  await writeFile(statisticsPath, JSON.stringify(statisticsToJson(statistics)));
  return {
    spec: bench.spec,
    weights: bench.weightsPath,
    statistics: statisticsPath,
    architecture: subnet.notation,
    inputs: inputsPath,
  };
}

function evaluatorsBatch({ resolution }: Subnet): number {
  return batchSizeOf({ executionProvider: "cpu" }, [resolution, resolution]);
}

function countFor({ resolution }: Subnet, torchBatchSizes: readonly number[]): number {
  const fitting = Math.floor(inputElements / (3 * resolution * resolution));
  return Math.max(...torchBatchSizes, Math.min(mostInputs, fitting));
}
