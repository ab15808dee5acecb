import { encodeModel, GraphBuilder } from "@collm/onnx";
import { graphNames } from "@collm/supernet";
import { ourSharings } from "./our-contenders.js";
import { TimedThreads } from "./timed-threads.js";

const size = 2048;

/** The practical peak for each way of sharing threads, by the number of workers. */
export type Peaks = ReadonlyMap<number, TimedThreads>;

/**
 * What this machine can do at best: multiply-accumulates per second of a 2048 x 2048 x 2048 float
 * matrix product in ONNX Runtime. Networks whose layers stay in a core's cache can be faster: these
 * matrices do not. It is measured with the same threads as the networks are run with.
 */
export async function startPeaks(threads: number): Promise<Peaks> {
  const peaks = new Map<number, TimedThreads>();
  for (const sharing of ourSharings(threads)) {
    peaks.set(sharing.workers, await startPeak(sharing.workers, sharing.threads));
  }
  return peaks;
}

async function startPeak(workers: number, threads: number): Promise<TimedThreads> {
  const graph = new GraphBuilder("peak");
  const rows = graph.input(graphNames.images, ["rows", size]);
  const matrix = Float32Array.from({ length: size * size }, (_, i) => ((i % 17) - 8) / 64);
  const weights = graph.constant("weights", [size, size], matrix);
  graph.output(graph.matMul(rows, weights), graphNames.logits, ["rows", size]);
  return await TimedThreads.start(workers, {
    runtime: { executionProvider: "cpu", threads },
    model: encodeModel(graph, { metadata: {} }),
    output: graphNames.logits,
    inputs: { count: size, elements: matrix, shape: [size] },
    batchSize: size,
  });
}

/** Multiply-accumulates for one input (row) of that product. */
export const peakMacsPerInput = size * size;
