import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { common } from "./conventions.js";

export interface SpanOptions {
  readonly attributes?: Attributes | undefined;
  /** Default `INTERNAL`. */
  readonly kind?: SpanKind | undefined;
  /** What it is part of. Default: whatever is under way here. */
  readonly parent?: Context | undefined;
}

/** Stands for a span where there is no trace. */
export const noSpan: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * Begins a span, which its caller ends. What belongs to no trace gets none: traces begin with a
 * search, and health checks or a list of searches are in the metrics.
 */
export function startSpan(name: string, options: SpanOptions = {}): Span {
  const parent = options.parent ?? context.active();
  if (trace.getSpan(parent) === undefined) return noSpan;
  const { kind = SpanKind.INTERNAL, attributes = {} } = options;
  return trace.getTracer("collm").startSpan(name, { kind, attributes }, parent);
}

/** Runs `work` in a span and ends it; what `work` throws is told and thrown on. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = startSpan(name, options);
  if (span === noSpan) return await work(span);
  try {
    return await context.with(trace.setSpan(options.parent ?? context.active(), span), () =>
      work(span),
    );
  } catch (thrown) {
    failSpan(span, errorTypeOf(thrown), thrown instanceof Error ? thrown.message : String(thrown));
    throw thrown;
  } finally {
    span.end();
  }
}

/**
 * Marks a span as failed.
 *
 * @param errorType of few values: an error's code, a status
 */
export function failSpan(span: Span, errorType: string, message: string): void {
  span.setAttribute(common.errorType, errorType);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The error's code if it has one, as those of ours do, else its name; of a request to stop its kind. */
function errorTypeOf(thrown: unknown): string {
  const { code, name, kind } = Object(thrown) as Readonly<Record<string, unknown>>;
  return [code, name, kind].find((type) => typeof type === "string") ?? "_OTHER";
}
