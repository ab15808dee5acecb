import { CollmError } from "@collm/errors";
import type { EvaluationResult, EvaluationStore } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { createLogger, createMetrics } from "@collm/telemetry";
import type { CheckpointSettings } from "./checkpoint-keeper.js";
import { EvaluationQueue } from "./evaluation-queue.js";
import { EvaluationRunner } from "./evaluation-runner.js";
import { createEvaluatorMetrics } from "./evaluator-metrics.js";
import type { Accuracy, Executor } from "./executor.js";
import type { HostedSupernet } from "./hosted-supernet.js";

export const tinySpace = createSearchSpace(tinySpec);
export const canonical = tinySpace.cheapest("macs").canonical;
export const otherCanonical = tinySpace.canonicalise(
  tinySpace.genes.map((gene) => gene.choices.length - 1),
).canonical;

/** A store in memory that notes the order of what happens to it. */
export function memoryStore(): EvaluationStore & {
  readonly results: Map<string, EvaluationResult>;
} {
  const results = new Map<string, EvaluationResult>();
  return {
    results,
    read: async (key) => results.get(key),
    write: async (key, result) => {
      const kept = results.get(key) ?? result;
      results.set(key, kept);
      return kept;
    },
  };
}

/** A supernet whose executor the test plays. */
export function hostedSupernet(measure: Executor["measure"]): HostedSupernet {
  return {
    info: {
      name: "tiny",
      family: tinySpec.family,
      digest: "d".repeat(64),
      contextDigest: "c".repeat(64),
      space: tinySpec,
      validationImages: 100,
      executionProvider: "cpu",
      runtimeVersion: "test",
      isSynthetic: false,
    },
    space: tinySpace,
    executor: {
      measure,
      exportModel: async () => {
        throw new CollmError("internal", "not in this test");
      },
    },
    testContextDigest: async () => "e".repeat(64),
    close: async () => undefined,
  };
}

export function accuracyOf(top1Percent: number): Accuracy {
  return { top1Percent, top5Percent: 99, images: 100, phaseSeconds: { run: 0.1 } };
}

export function runnerOf(
  hosted: readonly HostedSupernet[],
  options: {
    readonly store?: EvaluationStore;
    readonly slots?: number;
    readonly checkpoints?: CheckpointSettings;
  } = {},
) {
  const supernets = new Map(hosted.map((one) => [one.info.name, one]));
  const metrics = createMetrics("evaluator");
  const runner = new EvaluationRunner({
    supernets,
    store: options.store ?? memoryStore(),
    queue: new EvaluationQueue({ slots: options.slots ?? 2, maxWaiting: 2 }),
    metrics: createEvaluatorMetrics(metrics, options.slots ?? 2),
    checkpoints: options.checkpoints,
    logger: createLogger({ service: "evaluator", level: "silent" }),
  });
  return { runner, supernets, metrics };
}
