import { CollmError } from "@collm/errors";
import type { ImageLocator, RuntimeSettings } from "@collm/evaluation";
import type { HostedSupernet } from "./hosted-supernet.js";
import { ImageCache } from "./image-cache.js";
import { loadHostedSupernet } from "./load-supernet.js";
import { WorkerPool } from "./worker/worker-pool.js";

export interface HostOptions {
  readonly runtime: RuntimeSettings;
  readonly workers: number;
  /** Image sets kept in memory, over all supernets. */
  readonly imageMemoryBytes: number;
  readonly locateImages: ImageLocator;
  /** Share of a table's charged time that an evaluation waits. */
  readonly realTime: number;
}

/** The supernets of an evaluator, by name, and the worker threads that they share. */
export interface HostedSupernets {
  readonly supernets: ReadonlyMap<string, HostedSupernet>;
  /** Ends the worker threads and closes files; call it when nothing is under way. */
  close(): Promise<void>;
}

/** Loads all manifests. Throws `invalid-argument` when two supernets have the same name. */
export async function hostSupernets(
  manifestPaths: readonly string[],
  options: HostOptions,
): Promise<HostedSupernets> {
  const { runtime, workers, imageMemoryBytes, locateImages, realTime } = options;
  const cache = new ImageCache(imageMemoryBytes);
  let pool: Promise<WorkerPool> | undefined;
  const startPool = (): Promise<WorkerPool> => {
    pool ??= WorkerPool.start({ runtime, workers });
    return pool;
  };
  const supernets = new Map<string, HostedSupernet>();
  const close = async (): Promise<void> => {
    await (await pool)?.close();
    await Promise.all([...supernets.values()].map((hosted) => hosted.close()));
  };
  try {
    for (const path of manifestPaths) {
      const hosted = await loadHostedSupernet(path, {
        runtime,
        cache,
        locateImages,
        realTime,
        pool: startPool,
      });
      const { name } = hosted.info;
      if (supernets.has(name)) {
        throw new CollmError(
          "invalid-argument",
          `supernet name: got "${name}" from ${path} and from an earlier manifest, ` +
            "allowed are names of their own",
        );
      }
      supernets.set(name, hosted);
    }
    return { supernets, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
