import { CollmError } from "@collm/errors";
import type { Benchmark } from "@collm/nas-bench-201";
import type { Executor } from "./executor.js";
import { pretendToMeasure } from "./pretend-to-measure.js";

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
    measure: async (architecture, split, measuring) => {
      const found = benchmark.lookUp(architecture.choices, split);
      if (!found) {
        throw new CollmError(
          "not-found",
          `${architecture.canonical}: ${table.path} has no ${split} accuracy of it on ${settings.dataSet} ` +
            `after ${settings.epochs} epochs`,
        );
      }
      const waitMs = 1000 * options.realTime * found.seconds;
      const seconds = await pretendToMeasure(found.images, waitMs, measuring);
      return {
        top1Percent: found.top1Percent,
        images: found.images,
        chargedSeconds: found.seconds,
        phaseSeconds: { run: seconds },
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
