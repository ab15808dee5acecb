import { writeFile } from "node:fs/promises";
import { readNpy, writeNpy } from "@collm/checkpoint";
import { CollmError, withFile } from "@collm/errors";
import {
  type BatchStatistics,
  buildInferenceGraph,
  graphNames,
  hasBatchNorm,
  type Manifest,
  runningStatistics,
  type Subnet,
  statisticsToJson,
} from "@collm/supernet";
import { estimateStatistics } from "./estimate-statistics.js";
import { type InputBatch, openNetwork } from "./network.js";
import { executionOf, openSubnet, type SubnetCommand } from "./open-subnet.js";
import { batchSizeOf } from "./runtime.js";

export interface RunCommand extends SubnetCommand {
  /** `.npy`, float32 `[n, 3, height, width]`, as it enters the network: nothing is normalised. */
  readonly inputPath: string;
  /** Receives the logits, `.npy`, float32 `[n, classes]`. */
  readonly outputPath: string;
  /**
   * Files like the input, each one batch for re-estimating BatchNorm statistics; their sizes may
   * differ from the input's. Default: none, and the checkpoint's own statistics are used.
   */
  readonly calibrationPaths?: readonly string[];
  /** Receives the statistics that were used: `{"<key>": {"mean": [], "variance": []}}`. */
  readonly statisticsPath?: string;
}

export interface RunSummary {
  readonly images: number;
  readonly classes: number;
  readonly calibrationImages: number;
}

/** Runs a subnet on arrays. */
export async function runSubnet(command: RunCommand): Promise<RunSummary> {
  const { runtime, stop } = executionOf(command);
  const { manifest, subnet } = await openSubnet(command);
  const input = await readBatch("--input", command.inputPath);
  let calibrationImages = 0;
  const statistics = await statisticsFor(manifest, subnet, command, (images) => {
    calibrationImages = images;
  });
  if (command.statisticsPath !== undefined) {
    const { statisticsPath } = command;
    const text = `${JSON.stringify(statisticsToJson(statistics))}\n`;
    await withFile("--statistics", statisticsPath, () => writeFile(statisticsPath, text));
  }

  const network = await openNetwork(buildInferenceGraph(subnet, statistics), runtime);
  const logits = new Float32Array(input.imagesCount * subnet.classes);
  try {
    let first = 0;
    const [, , height, width] = input.shape as readonly [number, number, number, number];
    for (const batch of split(input, batchSizeOf(runtime, [height, width]))) {
      stop.throwIfAborted();
      const outputs = await network.run(batch, [graphNames.logits]);
      logits.set(outputs.logits, first * subnet.classes);
      first += batch.imagesCount;
    }
  } finally {
    await network.release();
  }
  await withFile("--output", command.outputPath, () =>
    writeNpy(command.outputPath, { shape: [input.imagesCount, subnet.classes], data: logits }),
  );
  return { images: input.imagesCount, classes: subnet.classes, calibrationImages };
}

async function statisticsFor(
  { recipe, file }: Manifest,
  subnet: Subnet,
  command: RunCommand,
  onImages: (imagesDone: number) => void,
): Promise<BatchStatistics> {
  const paths = command.calibrationPaths ?? [];
  if (paths.length === 0) return runningStatistics(subnet);
  if (!hasBatchNorm(subnet)) {
    throw new CollmError(
      "invalid-argument",
      `--calibration: got ${paths[0]}, allowed is none: the networks of ${file} have no BatchNorm`,
    );
  }
  return await estimateStatistics(subnet, readBatches(paths), {
    ...executionOf(command),
    // Whoever gives images wants an estimate, even if the recipe makes none.
    mode: recipe.batchNorm === "running" ? "weighted-mean" : recipe.batchNorm,
    onImages,
  });
}

/** One file at a time, so that memory holds one batch. */
async function* readBatches(paths: readonly string[]): AsyncGenerator<InputBatch> {
  for (const path of paths) yield await readBatch("--calibration", path);
}

async function readBatch(option: string, path: string): Promise<InputBatch> {
  const { shape, data } = await withFile(option, path, () => readNpy(path));
  const [imagesCount = 0, channels] = shape;
  if (shape.length !== 4 || channels !== 3 || shape.includes(0)) {
    throw new CollmError(
      "invalid-argument",
      `${path}: got shape [${shape.join(", ")}], allowed is [n, 3, height, width], none of them 0`,
    );
  }
  return { imagesCount, input: data, shape };
}

/** Cuts an array into batches of at most `size` images; views, not copies. */
function* split(whole: InputBatch, size: number): Generator<InputBatch> {
  const [, ...imageShape] = whole.shape;
  const imageLength = whole.input.length / whole.imagesCount;
  for (let first = 0; first < whole.imagesCount; first += size) {
    const imagesCount = Math.min(size, whole.imagesCount - first);
    yield {
      imagesCount,
      input: whole.input.subarray(first * imageLength, (first + imagesCount) * imageLength),
      shape: [imagesCount, ...imageShape],
    };
  }
}
