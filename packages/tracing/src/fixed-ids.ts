import { createHash, randomBytes } from "node:crypto";
import { type Context, ROOT_CONTEXT, type Span, type SpanOptions, trace } from "@opentelemetry/api";

/** 32 and 16 hexadecimal digits. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * Ids that follow from a text. A search may last hours and go from one coordinator to another: all
 * of them name its trace and its spans alike without telling each other, and the span that one began is
 * ended by another.
 */
export function idsFrom(text: string): SpanIds {
  const digits = createHash("sha256").update(text).digest("hex");
  return { traceId: digits.slice(0, 32), spanId: digits.slice(32, 48) };
}

let next: SpanIds | undefined;

/** What the SDK asks for ids: random ones, but for spans begun by {@link startFixedSpan}. */
export const idGenerator = {
  generateTraceId: (): string => next?.traceId ?? randomBytes(16).toString("hex"),
  generateSpanId: (): string => next?.spanId ?? randomBytes(8).toString("hex"),
};

/**
 * Begins a span with the given ids.
 *
 * @param parent its trace id wins over the given one; absent begins a trace
 */
export function startFixedSpan(
  name: string,
  ids: SpanIds,
  options: SpanOptions,
  parent?: Context,
): Span {
  next = ids;
  try {
    // Ids are drawn before it returns.
    return trace.getTracer("collm").startSpan(name, options, parent ?? ROOT_CONTEXT);
  } finally {
    next = undefined;
  }
}
