import { join } from "node:path";
import { writeNpy } from "@collm/checkpoint";
import { graphNames } from "@collm/supernet";
import { alternate, type Contender, type Rate } from "./alternate.js";
import { compareLogits } from "./compare-logits.js";
import type { Inputs } from "./inputs.js";
import { ourSharings } from "./our-contenders.js";
import type { Peaks } from "./practical-peak.js";
import type { PreparedSubnet } from "./prepare-subnet.js";
import { TimedThreads } from "./timed-threads.js";
import type { TorchChoice, TorchKind } from "./torch/choose-torch.js";
import { shapeOf } from "./torch/torch-settings.js";

/** One contender in all rounds. */
export interface ContenderSpeed {
  readonly name: string;
  readonly kind: "ours" | TorchKind;
  readonly batchSize: number;
  readonly rates: readonly Rate[];
  /** Rows of the practical peak's product in the same rounds, with threads shared in the same way. */
  readonly peak: readonly Rate[];
  /** PyTorch's: how it was run, and how far its logits are from ours. */
  readonly choice?: TorchChoice;
  readonly logitDifference?: number;
}

export interface SpeedOptions {
  /** Threads that each contender may use. */
  readonly threads: number;
  readonly batchSize: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly folder: string;
  readonly peaks: Peaks;
}

/** Times one subnet at one batch size of ours and PyTorch's best ones, in turn. */
export async function measureSubnetSpeed(
  prepared: PreparedSubnet,
  inputs: Inputs,
  choices: readonly TorchChoice[],
  options: SpeedOptions,
): Promise<readonly ContenderSpeed[]> {
  const { threads, batchSize, folder, peaks } = options;
  const differences = await compareLogits(prepared.model, inputs, choices, folder);
  const open: TimedThreads[] = [];
  const contenders: Contender[] = [];
  try {
    for (const { name, workers, threads: threadsEach } of ourSharings(threads)) {
      const ours = await TimedThreads.start(workers, {
        runtime: { executionProvider: "cpu", threads: threadsEach },
        model: prepared.model,
        output: graphNames.logits,
        inputs,
        batchSize,
      });
      open.push(ours);
      contenders.push({ name, time: (seconds) => ours.time(seconds) });
    }
    contenders.push(...choices.map(contenderOf));
    for (const [workers, peak] of peaks) {
      contenders.push({ name: peakName(workers), time: (seconds) => peak.time(seconds) });
    }
    const rates = await alternate(contenders, options);
    const ratesOf = (name: string): readonly Rate[] => rates.get(name) ?? [];
    return [
      ...ourSharings(threads).map(({ name, workers }): ContenderSpeed => {
        const peak = ratesOf(peakName(workers));
        return { name, kind: "ours", batchSize, rates: ratesOf(name), peak };
      }),
      ...choices.map((choice, i): ContenderSpeed => {
        const { name } = contenderOf(choice);
        return {
          name,
          kind: choice.kind,
          batchSize: choice.batch,
          rates: ratesOf(name),
          peak: ratesOf(peakName(choice.group.settings.processes)),
          choice,
          logitDifference: differences[i] ?? Number.NaN,
        };
      }),
    ];
  } finally {
    for (const threadsOpen of open) await threadsOpen.close();
  }
}

function peakName(workers: number): string {
  return `peak of ${workers}`;
}

function contenderOf({ kind, group, network, batch }: TorchChoice): Contender {
  return {
    name: `PyTorch ${kind}, ${shapeOf(group.settings)}`,
    time: (seconds) => group.time(network, batch, seconds),
  };
}

/** Writes the inputs for PyTorch. */
export async function writeInputs(inputs: Inputs, folder: string): Promise<string> {
  const path = join(folder, "inputs.npy");
  await writeNpy(path, { shape: [inputs.count, ...inputs.shape], data: inputs.elements });
  return path;
}
