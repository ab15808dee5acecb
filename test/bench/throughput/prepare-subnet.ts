import { type Spread, spreadOf } from "@collm/bench";
import { calibrationImages, estimateStatistics, openNetwork } from "@collm/evaluation";
import { type ImageBatch, imageBatches } from "@collm/images";
import type { Architecture } from "@collm/search-space";
import { type BatchStatistics, buildInferenceGraph, type Subnet } from "@collm/supernet";
import type { DemoSupernet } from "../demo.js";

/** What one evaluation costs before its first image, in milliseconds. */
export interface StartCosts {
  /** Cutting the supernet's weights. */
  readonly cut: Spread;
  /** Re-estimating BatchNorm with all calibration images, graph and session included. */
  readonly calibrate: Spread;
  /** Folding the statistics in and encoding the graph. */
  readonly build: Spread;
  /** Loading it into ONNX Runtime and running the first batch. */
  readonly start: Spread;
}

export interface PreparedSubnet {
  readonly subnet: Subnet;
  readonly statistics: BatchStatistics;
  /** The ONNX model that evaluations run. */
  readonly model: Uint8Array;
  readonly calibrationImages: number;
  readonly costs: StartCosts;
}

const never = new AbortController().signal;

/** Makes a subnet ready as an evaluation does, `repeats` times over, and says how long it took. */
export async function prepareSubnet(
  demo: DemoSupernet,
  architecture: Architecture,
  options: { readonly threads: number; readonly repeats: number },
): Promise<PreparedSubnet> {
  const { supernet } = demo;
  const runtime = { executionProvider: "cpu", threads: options.threads };
  const { resolution, normalize } = supernet.subnet(architecture);
  const calibration = calibrationImages(
    await demo.images("calibration", resolution),
    supernet.manifest.recipe,
  );
  const [firstBatch] = imageBatches(calibration.images, normalize, 16) as Iterable<ImageBatch>;
  if (!firstBatch) throw new RangeError("calibration: no images");

  const cut = new Timer();
  const calibrate = new Timer();
  const build = new Timer();
  const start = new Timer();
  let prepared: Omit<PreparedSubnet, "costs" | "calibrationImages"> | undefined;
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    const subnet = await cut.time(() => supernet.subnet(architecture));
    const statistics = await calibrate.time(() =>
      estimateStatistics(
        subnet,
        imageBatches(calibration.images, normalize, calibration.batchSize),
        { runtime, mode: calibration.mode, stop: never },
      ),
    );
    const model = await build.time(() => buildInferenceGraph(subnet, statistics));
    const network = await start.time(async () => {
      const opened = await openNetwork(model, runtime);
      await opened.run(firstBatch, ["logits"]);
      return opened;
    });
    await network.release();
    prepared = { subnet, statistics, model };
  }
  if (!prepared) throw new RangeError(`repeats: got ${options.repeats}, allowed is at least 1`);
  return {
    ...prepared,
    calibrationImages: calibration.images.count,
    costs: {
      cut: cut.spread(),
      calibrate: calibrate.spread(),
      build: build.spread(),
      start: start.spread(),
    },
  };
}

class Timer {
  readonly #milliseconds: number[] = [];

  async time<T>(work: () => T | Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.#milliseconds.push(performance.now() - started);
    return result;
  }

  spread(): Spread {
    return spreadOf(this.#milliseconds);
  }
}
