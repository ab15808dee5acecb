import type { EvaluationProgress, ProgressListener } from "@collm/evaluation";

/** A report on the way or, once and last, what the work gave. */
export type ProgressOrResult<T> =
  | { readonly kind: "progress"; readonly progress: EvaluationProgress }
  | { readonly kind: "result"; readonly result: T };

/**
 * Runs work that reports progress as a sequence that ends with its result. Whoever reads slowly
 * gets the latest report only, so reports never pile up.
 */
export async function* progressStream<T>(
  work: (onProgress: ProgressListener) => Promise<T>,
): AsyncGenerator<ProgressOrResult<T>> {
  let latest: EvaluationProgress | undefined;
  let wake: () => void = () => undefined;
  let isDone = false;
  const result = work((progress) => {
    latest = progress;
    wake();
  }).finally(() => {
    isDone = true;
    wake();
  });
  // It is awaited below, but may fail while the reader is busy with a report.
  result.catch(() => undefined);
  for (;;) {
    if (latest) {
      const progress = latest;
      latest = undefined;
      yield { kind: "progress", progress };
    } else if (isDone) {
      yield { kind: "result", result: await result };
      return;
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}
