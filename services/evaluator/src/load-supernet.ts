import {
  contextDigest,
  digestOf,
  type ImageLocator,
  isCalibrated,
  openSplit,
  type RuntimeSettings,
  runtimeVersion,
} from "@collm/evaluation";
import { type PackedImages, sliceDigest } from "@collm/images";
import {
  type BenchmarkSplit,
  benchmarkImages,
  isTableManifest,
  loadTableManifest,
  openBenchmark,
  openTable,
} from "@collm/nas-bench-201";
import { createSearchSpace, nasBench201Spec } from "@collm/search-space";
import {
  loadManifest,
  type Manifest,
  type ManifestWeights,
  openSupernet,
  supernetDigest,
} from "@collm/supernet";
import type { HostedSupernet } from "./hosted-supernet.js";
import type { ImageCache } from "./image-cache.js";
import { landscapeImages } from "./landscape.js";
import { createLandscapeExecutor } from "./landscape-executor.js";
import { createSubnetExecutor } from "./subnet-executor.js";
import { createTableExecutor } from "./table-executor.js";
import type { WorkerPool } from "./worker/worker-pool.js";

export interface LoadOptions {
  readonly runtime: RuntimeSettings;
  readonly cache: ImageCache;
  /** Asked for once a supernet needs it: landscapes need no worker threads. */
  readonly pool: () => Promise<WorkerPool>;
  readonly locateImages: ImageLocator;
  /** Share of a table's charged time that an evaluation waits. */
  readonly realTime: number;
}

/**
 * Loads a manifest's supernet with its images. Throws `invalid-argument` for a manifest or a weight
 * file that cannot be used and `failed-precondition` when images are missing.
 */
export async function loadHostedSupernet(
  manifestPath: string,
  options: LoadOptions,
): Promise<HostedSupernet> {
  if (await isTableManifest(manifestPath)) return await tableSupernet(manifestPath, options);
  const manifest = await loadManifest(manifestPath);
  return manifest.weights.kind === "landscape"
    ? landscapeSupernet(manifest, manifest.weights)
    : await trainedSupernet(manifest, options);
}

type LandscapeWeights = Extract<ManifestWeights, { kind: "landscape" }>;

/** The pretended measuring time is no part of the identity: it changes no result. */
function landscapeSupernet(
  manifest: Manifest,
  { seed, delayMs }: LandscapeWeights,
): HostedSupernet {
  const space = createSearchSpace(manifest.spec);
  const version = "landscape 1";
  const digest = supernetDigest(manifest.spec, digestOf({ landscape: { version, seed } }));
  const contextOf = (split: string): string => digestOf({ supernet: digest, split });
  return {
    info: {
      name: manifest.name,
      family: manifest.spec.family,
      digest,
      contextDigest: contextOf("validation"),
      space: manifest.spec,
      validationImages: landscapeImages,
      executionProvider: "synthetic",
      runtimeVersion: version,
      isSynthetic: true,
    },
    space,
    executor: createLandscapeExecutor(space, { seed, delayMs }),
    testContextDigest: async () => contextOf("test"),
    close: async () => undefined,
  };
}

/** How long evaluations wait is no part of the identity; what they are charged is, as a result has it. */
async function tableSupernet(
  manifestPath: string,
  { realTime }: LoadOptions,
): Promise<HostedSupernet> {
  const { name, path, settings } = await loadTableManifest(manifestPath);
  const table = await openTable(path);
  try {
    const benchmark = await openBenchmark(table, settings);
    const spec = nasBench201Spec(settings.dataSet);
    const contextOf = (split: BenchmarkSplit): string =>
      digestOf({ table: benchmark.digest(split), settings, split });
    return {
      info: {
        name,
        family: "table",
        digest: digestOf({ table: benchmark.digest("validation"), settings }),
        contextDigest: contextOf("validation"),
        space: spec,
        validationImages: benchmarkImages(settings.dataSet, "validation"),
        executionProvider: "table",
        runtimeVersion: "table 1",
        isSynthetic: false,
      },
      space: createSearchSpace(spec),
      executor: createTableExecutor(benchmark, { realTime }),
      testContextDigest: async () => contextOf("test"),
      close: async () => undefined,
    };
  } finally {
    // All columns that count are in memory.
    await table.close();
  }
}

async function trainedSupernet(manifest: Manifest, options: LoadOptions): Promise<HostedSupernet> {
  const { runtime, cache, locateImages } = options;
  const validation = await openSplit(manifest, "validation", locateImages);
  const calibration = isCalibrated(manifest)
    ? await openSplit(manifest, "calibration", locateImages)
    : undefined;
  const supernet = await openSupernet(manifest);
  const opened = [validation, ...(calibration ? [calibration] : [])];
  const test = once(async () => {
    const images = await openSplit(manifest, "test", locateImages);
    opened.push(images);
    return images;
  });

  const calibrationDigest =
    calibration && (await sliceDigest(calibration, manifest.recipe.calibrationImages));
  const contextOf = async (measured: PackedImages): Promise<string> =>
    contextDigest({
      supernetDigest: supernet.digest,
      measuredDigest: await sliceDigest(measured, measured.count),
      calibrationDigest,
      manifest,
      runtime,
    });
  return {
    info: {
      name: manifest.name,
      family: manifest.spec.family,
      digest: supernet.digest,
      contextDigest: await contextOf(validation),
      space: manifest.spec,
      validationImages: validation.count,
      executionProvider: runtime.executionProvider,
      runtimeVersion,
      isSynthetic: false,
    },
    space: supernet.space,
    executor: createSubnetExecutor({
      supernet,
      pool: await options.pool(),
      runtime,
      cache,
      images: { validation, calibration, test },
    }),
    testContextDigest: async () => await contextOf(await test()),
    close: async () => {
      await Promise.all(opened.map((images) => images.close()));
    },
  };
}

/** Opens at the first request; a failure is tried again at the next. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
