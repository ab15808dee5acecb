import type { EvaluationProgress, ProgressListener } from "@collm/evaluation";
import { collm, inSpan, noSpan, spanNames, startSpan } from "@collm/tracing";
import { context, type Span, trace } from "@opentelemetry/api";
import type { Accuracy, MeasuredSplit } from "./executor.js";

/** What is measured, as the span says it. */
export interface Measured {
  readonly supernet: string;
  readonly canonical: string;
  readonly split: MeasuredSplit;
}

/** Whom measuring tells what its span shows. */
export interface MeasuringSpan {
  /** Each phase is a span of its own, until the first report of the next. */
  readonly progress: ProgressListener;
  measured(accuracy: Accuracy): void;
}

const untraced: MeasuringSpan = { progress: () => undefined, measured: () => undefined };

/** Measures as a span, if that is part of a trace. */
export async function inMeasuringSpan<T>(
  { supernet, canonical, split }: Measured,
  measure: (span: MeasuringSpan) => Promise<T>,
): Promise<T> {
  const attributes = {
    [collm.supernet]: supernet,
    [collm.canonical]: canonical,
    [collm.split]: split,
  };
  return await inSpan(spanNames.measure, { attributes }, async (span) => {
    if (span === noSpan) return await measure(untraced);
    const phases = new PhaseSpans(span);
    try {
      return await measure({
        progress: phases.progress,
        measured: ({ images, top1Percent }) =>
          span.setAttributes({ [collm.images]: images, [collm.top1Percent]: top1Percent }),
      });
    } finally {
      phases.end();
    }
  });
}

class PhaseSpans {
  readonly #whole: Span;
  #phase: EvaluationProgress["phase"] | undefined;
  #span = noSpan;

  constructor(whole: Span) {
    this.#whole = whole;
  }

  readonly progress: ProgressListener = ({ phase }) => {
    if (phase === this.#phase) return;
    this.end();
    this.#phase = phase;
    // Reports come from a worker thread, outside any trace.
    this.#span = startSpan(phase, { parent: trace.setSpan(context.active(), this.#whole) });
  };

  end(): void {
    this.#span.end();
    this.#span = noSpan;
  }
}
