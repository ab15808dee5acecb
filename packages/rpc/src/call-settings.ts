import { type CallOptions, Metadata } from "@grpc/grpc-js";
import type { CallContext } from "./call-context.js";

/** What goes with an outgoing call. All limits apply; the first that is reached ends the call. */
export interface CallSettings {
  /** Milliseconds from now. Default: 30,000 for unary calls, none for streams. */
  readonly timeoutMs?: number | undefined;
  /** When the caller's own caller stops waiting. */
  readonly deadline?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Metadata | undefined;
}

/** Metadata that names the trace a call belongs to (W3C Trace Context, Baggage). */
const traceKeys = ["traceparent", "tracestate", "baggage"];

/**
 * Settings for a call made while answering another: its deadline and signal travel on, and of its
 * metadata only what names the trace. Add a `timeoutMs` to allow less:
 * `{ ...callSettingsOf(context), timeoutMs: 5_000 }`.
 */
export function callSettingsOf(context: CallContext): CallSettings {
  const metadata = new Metadata();
  for (const key of traceKeys) {
    for (const value of context.metadata.get(key)) metadata.add(key, value);
  }
  return { deadline: context.deadline, signal: context.signal, metadata };
}

/** The grpc-js options for these settings; `defaultTimeoutMs` applies when no limit is given. */
export function toCallOptions(
  settings: CallSettings,
  defaultTimeoutMs: number | undefined,
): Partial<CallOptions> {
  const timeoutMs =
    settings.timeoutMs ?? (settings.deadline === undefined ? defaultTimeoutMs : undefined);
  const limits = [
    ...(timeoutMs === undefined ? [] : [Date.now() + timeoutMs]),
    ...(settings.deadline === undefined ? [] : [settings.deadline.getTime()]),
  ];
  return limits.length === 0 ? {} : { deadline: Math.min(...limits) };
}
