import { CollmError } from "@collm/errors";
import type { Benchmark } from "@collm/nas-bench-201";
import { sleep } from "@collm/rpc";
import type { Executor } from "./executor.js";

/** Steps that a waiting evaluation reports. */
const progressSteps = 4;

/**
 * Answers from a table at once and charges the benchmark's own time: a virtual clock. With a
 * `realTime` above zero it also waits that share of the time, which exercises scheduling.
 */
export function createTableExecutor(
  benchmark: Benchmark,
  options: { readonly realTime: number },
): Executor {
  const { table, settings } = benchmark;
  return {
    measure: async (architecture, split, { signal, onProgress }) => {
      const found = benchmark.lookUp(architecture.choices, split);
      if (!found) {
        throw new CollmError(
          "not-found",
          `${architecture.canonical}: ${table.path} has no ${split} accuracy of it on ${settings.dataSet} ` +
            `after ${settings.epochs} epochs`,
        );
      }
      const waitMs = 1000 * options.realTime * found.seconds;
      for (let step = 0; step < progressSteps && waitMs > 0; step++) {
        const imagesDone = Math.floor((step * found.images) / progressSteps);
        onProgress?.({ phase: "run", imagesDone, imagesTotal: found.images });
        await sleep(waitMs / progressSteps, signal);
      }
      signal.throwIfAborted();
      return {
        top1Percent: found.top1Percent,
        images: found.images,
        chargedSeconds: found.seconds,
        phaseSeconds: { run: waitMs / 1000 },
      };
    },
    exportModel: async () => {
      throw new CollmError(
        "failed-precondition",
        "export: this supernet is a table of accuracies and has no weights",
      );
    },
  };
}
