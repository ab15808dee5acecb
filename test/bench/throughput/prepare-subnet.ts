import {
  batchSizeOf,
  estimateStatistics,
  type InputBatch,
  openNetwork,
  type RuntimeSettings,
} from "@collm/evaluation";
import { type Spread, spreadOf } from "@collm/statistics";
import {
  type BatchStatistics,
  buildInferenceGraph,
  graphNames,
  runningStatistics,
  type Subnet,
} from "@collm/supernet";
import { inputBatch } from "./inputs.js";
import type { BenchSubnet, Calibration } from "./networks/bench-subnet.js";

/** What one evaluation costs before its first image, in milliseconds. */
export interface StartCosts {
  /** Cutting the supernet's weights. */
  readonly cut: Spread;
  /** Folding the statistics in and encoding the graph. */
  readonly build: Spread;
  /** Loading it into ONNX Runtime. */
  readonly load: Spread;
  /** Running the first batch. */
  readonly firstBatch: Spread;
  /** All of these: from an architecture to the first batch. */
  readonly total: Spread;
}

/** Re-estimating BatchNorm, graph and session included. */
export interface CalibrationCosts {
  readonly imagesCount: number;
  readonly imagesPerSecond: Spread;
}

export interface PreparedSubnet {
  readonly subnet: Subnet;
  readonly statistics: BatchStatistics;
  /** The ONNX model that evaluations run. */
  readonly model: Uint8Array;
  readonly start: StartCosts;
  readonly calibration?: CalibrationCosts;
}

const never = new AbortController().signal;

/** Makes a subnet ready as an evaluation does, `repeats` times over, and says how long it took. */
export async function prepareSubnet(
  bench: BenchSubnet,
  { threads, repeats }: { readonly threads: number; readonly repeats: number },
): Promise<PreparedSubnet> {
  const runtime = { executionProvider: "cpu", threads };
  const whole = bench.cut();
  const batchSize = batchSizeOf(runtime, [whole.resolution, whole.resolution]);
  const firstBatch = inputBatch(await bench.inputs(batchSize), 0, batchSize);
  const calibration = await bench.calibration();

  const calibrationMs: number[] = [];
  const starts: Start[] = [];
  let prepared: Pick<PreparedSubnet, "subnet" | "statistics" | "model"> | undefined;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const estimated = await timed(() => statisticsOf(whole, calibration, runtime));
    calibrationMs.push(estimated.milliseconds);
    const started = await start(bench, estimated.result, firstBatch, runtime);
    starts.push(started);
    prepared = { ...started, statistics: estimated.result };
  }
  if (!prepared) throw new RangeError(`repeats: got ${repeats}, allowed is at least 1`);
  const spread = (part: (start: Start) => number): Spread => spreadOf(starts.map(part));
  return {
    subnet: prepared.subnet,
    statistics: prepared.statistics,
    model: prepared.model,
    start: {
      cut: spread(({ cutMs }) => cutMs),
      build: spread(({ buildMs }) => buildMs),
      load: spread(({ loadMs }) => loadMs),
      firstBatch: spread(({ firstBatchMs }) => firstBatchMs),
      total: spread((one) => one.cutMs + one.buildMs + one.loadMs + one.firstBatchMs),
    },
    ...(calibration
      ? {
          calibration: {
            imagesCount: calibration.imagesCount,
            imagesPerSecond: spreadOf(
              calibrationMs.map((ms) => (1000 * calibration.imagesCount) / ms),
            ),
          },
        }
      : {}),
  };
}

interface Start {
  readonly subnet: Subnet;
  readonly model: Uint8Array;
  readonly cutMs: number;
  readonly buildMs: number;
  readonly loadMs: number;
  readonly firstBatchMs: number;
}

async function start(
  bench: BenchSubnet,
  statistics: BatchStatistics,
  firstBatch: InputBatch,
  runtime: RuntimeSettings,
): Promise<Start> {
  const cut = await timed(() => bench.cut());
  const built = await timed(() => buildInferenceGraph(cut.result, statistics));
  const opened = await timed(() => openNetwork(built.result, runtime));
  const ran = await timed(() => opened.result.run(firstBatch, [graphNames.logits]));
  await opened.result.release();
  return {
    subnet: cut.result,
    model: built.result,
    cutMs: cut.milliseconds,
    buildMs: built.milliseconds,
    loadMs: opened.milliseconds,
    firstBatchMs: ran.milliseconds,
  };
}

async function statisticsOf(
  subnet: Subnet,
  calibration: Calibration | undefined,
  runtime: RuntimeSettings,
): Promise<BatchStatistics> {
  if (!calibration) return runningStatistics(subnet);
  const { mode } = calibration;
  return await estimateStatistics(subnet, calibration.batches(), { runtime, mode, stop: never });
}

async function timed<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const started = performance.now();
  const result = await work();
  return { result, milliseconds: performance.now() - started };
}
