import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeNpy } from "@collm/checkpoint";
import { graphNames, statisticsToJson } from "@collm/supernet";
import { alternate, type Contender } from "./alternate.js";
import { compareLogits, type LogitDifferences } from "./compare-logits.js";
import type { Inputs } from "./inputs.js";
import { peakMacsPerInput } from "./practical-peak.js";
import type { PreparedSubnet } from "./prepare-subnet.js";
import { TimedThreads } from "./timed-threads.js";
import { type TorchPeer, torchVariants } from "./torch-peer.js";

/** Names of what is compared, in the order of the tables. */
export const contenderNames = {
  session: "ONNX Runtime, one session with all threads",
  workers: "ONNX Runtime, a worker for each thread",
  eager: "PyTorch eager",
  frozen: "PyTorch frozen",
  optimized: "PyTorch optimize_for_inference",
} as const;

/** Rates of one subnet at one batch size, round by round. */
export interface SubnetSpeed {
  readonly batchSize: number;
  /** Images per second by contender. */
  readonly rates: ReadonlyMap<string, readonly number[]>;
  /** Multiply-accumulates per second of the matrix product in the same rounds. */
  readonly peak: { readonly session: readonly number[]; readonly workers: readonly number[] };
  /** Absent without PyTorch. */
  readonly differences?: LogitDifferences;
}

export interface SpeedOptions {
  /** Threads that each contender may use. */
  readonly threads: number;
  readonly weightsPath: string;
  readonly batchSize: number;
  readonly rounds: number;
  readonly seconds: number;
  /** For the files that PyTorch reads. */
  readonly folder: string;
  readonly peer: TorchPeer | undefined;
  readonly peaks: { readonly session: TimedThreads; readonly workers: TimedThreads };
}

/** Times one subnet at one batch size, ours and PyTorch's in turn. */
export async function measureSubnetSpeed(
  prepared: PreparedSubnet,
  inputs: Inputs,
  options: SpeedOptions,
): Promise<SubnetSpeed> {
  const { batchSize, threads, peer, peaks } = options;
  const differences = peer && (await loadPeer(peer, prepared, inputs, options));
  const start = (workers: number, threadsEach: number): Promise<TimedThreads> =>
    TimedThreads.start(workers, {
      runtime: { executionProvider: "cpu", threads: threadsEach },
      model: prepared.model,
      output: graphNames.logits,
      inputs,
      batchSize,
    });
  const session = await start(1, threads);
  const workers = await start(threads, 1);
  const contenders: Contender[] = [
    { name: contenderNames.session, time: (seconds) => session.time(seconds) },
    { name: contenderNames.workers, time: (seconds) => workers.time(seconds) },
    ...(peer ? torchVariants : []).map((variant) => ({
      name: contenderNames[variant],
      time: (seconds: number) => (peer as TorchPeer).time(variant, seconds),
    })),
    { name: "peak session", time: (seconds) => peaks.session.time(seconds) },
    { name: "peak workers", time: (seconds) => peaks.workers.time(seconds) },
  ];
  try {
    const rates = await alternate(contenders, options);
    const peakOf = (name: string): number[] =>
      (rates.get(name) ?? []).map((rate) => rate * peakMacsPerInput);
    return {
      batchSize,
      rates,
      peak: { session: peakOf("peak session"), workers: peakOf("peak workers") },
      ...(differences ? { differences } : {}),
    };
  } finally {
    await session.close();
    await workers.close();
  }
}

async function loadPeer(
  peer: TorchPeer,
  { subnet, statistics, model }: PreparedSubnet,
  inputs: Inputs,
  { weightsPath, batchSize, threads, folder }: SpeedOptions,
): Promise<LogitDifferences> {
  const statisticsPath = join(folder, "statistics.json");
  const inputsPath = join(folder, "inputs.npy");
  await writeFile(statisticsPath, JSON.stringify(statisticsToJson(statistics)));
  await writeNpy(inputsPath, { shape: [inputs.count, ...inputs.shape], data: inputs.elements });
  await peer.load({
    weights: weightsPath,
    statistics: statisticsPath,
    architecture: subnet.notation,
    inputs: inputsPath,
    batch: batchSize,
    threads,
  });
  return await compareLogits(model, inputs, batchSize, peer, folder);
}
