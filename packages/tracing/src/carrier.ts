import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  trace,
} from "@opentelemetry/api";

/** The headers (`traceparent`, …) that carry what `span` is part of to another process; none for no trace. */
export function carriedBy(span: Span): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(context.active(), span), headers);
  return headers;
}

/**
 * What an arriving call or message is part of.
 *
 * @param read gives a header's value; `traceparent` and `tracestate` are asked for
 */
export function carriedIn(read: (name: string) => string | undefined): Context {
  return propagation.extract(ROOT_CONTEXT, undefined, {
    keys: () => [],
    get: (_, name) => read(name),
  });
}
