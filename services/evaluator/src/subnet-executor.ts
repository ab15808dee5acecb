import { CollmError } from "@collm/errors";
import {
  type CalibrationImages,
  calibrationImages,
  evaluationPlan,
  type RuntimeSettings,
} from "@collm/evaluation";
import type { PackedImages } from "@collm/images";
import type { Supernet } from "@collm/supernet";
import type { Executor, MeasuredSplit } from "./executor.js";
import type { ImageCache } from "./image-cache.js";
import type { WorkerPool } from "./worker/worker-pool.js";

export interface SubnetExecutorOptions {
  readonly supernet: Supernet;
  readonly pool: WorkerPool;
  /** What the pool's workers run with. */
  readonly runtime: RuntimeSettings;
  readonly cache: ImageCache;
  /** Opens a split's images; the calibration split is undefined where statistics are kept. */
  readonly images: {
    readonly validation: PackedImages;
    readonly calibration: PackedImages | undefined;
    test(): Promise<PackedImages>;
  };
}

/**
 * Measures subnets in worker threads. The supernet's weights are in memory once, here: cutting is
 * mostly a matter of views, so this thread copies one subnet's weights per evaluation (2 to 30 ms
 * for once-for-all), and workers hold no supernet.
 */
export function createSubnetExecutor(options: SubnetExecutorOptions): Executor {
  const { supernet, pool, runtime, cache, images } = options;
  const { manifest } = supernet;

  const calibrationFor = async (resolution: number): Promise<CalibrationImages | undefined> =>
    images.calibration &&
    calibrationImages(await cache.load(images.calibration, resolution), manifest.recipe);
  const imagesOf = async (split: MeasuredSplit): Promise<PackedImages> =>
    split === "test" ? await images.test() : images.validation;

  return {
    measure: async (architecture, split, { signal, onProgress, checkpoints }) => {
      const subnet = supernet.subnet(architecture);
      const [measured, calibration] = await Promise.all([
        imagesOf(split).then((packed) => cache.load(packed, subnet.resolution)),
        calibrationFor(subnet.resolution),
      ]);
      const plan = evaluationPlan(subnet, measured, calibration, runtime);
      const ownCheckpoints = checkpoints && {
        from: await checkpoints.read(plan),
        everyMs: checkpoints.everyMs,
      };
      const result = await pool.run(
        { kind: "measure", subnet, measured, calibration, checkpoints: ownCheckpoints },
        { signal, onProgress, onCheckpoint: checkpoints?.save },
      );
      if (result.kind !== "measured") throw unexpected(result.kind);
      const { top1Count, top5Count, images: count, seconds } = result.measurement;
      return {
        top1Percent: (100 * top1Count) / count,
        top5Percent: (100 * top5Count) / count,
        images: count,
        phaseSeconds: { ...seconds },
      };
    },
    exportModel: async (architecture, { signal, onProgress }) => {
      const subnet = supernet.subnet(architecture);
      const calibration = await calibrationFor(subnet.resolution);
      const result = await pool.run(
        { kind: "export", subnet, calibration },
        { signal, onProgress },
      );
      if (result.kind !== "exported") throw unexpected(result.kind);
      return result.model;
    },
  };
}

function unexpected(kind: string): CollmError {
  return new CollmError("internal", `evaluation worker: got an unexpected result "${kind}"`);
}
