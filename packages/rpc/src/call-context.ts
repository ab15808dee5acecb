import { CollmError } from "@collm/errors";
import type { Metadata, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { type ServerSpan, startServerSpan } from "./server-span.js";
import { type RpcStatus, toRpcStatus } from "./status.js";

/** What a handler knows about the call it answers, besides the request. */
export interface CallContext {
  /**
   * Aborts when the caller cancels or is gone, when its deadline passes, or when the server drains
   * by force. The reason is a CollmError: `cancelled`, `deadline-exceeded` or `unavailable`.
   */
  readonly signal: AbortSignal;
  /** Aborts when the server begins to drain: calls that never end by themselves should end now. */
  readonly draining: AbortSignal;
  /** When the caller stops waiting, or the server's longest call ends. */
  readonly deadline: Date | undefined;
  readonly metadata: Metadata;
}

/** What a running server lends to the handlers of its calls. */
export interface ServerScope {
  readonly draining: AbortSignal;
  /** Aborts when the grace period of a drain is over. */
  readonly forced: AbortSignal;
  /** How long a call may last whose caller allows more or says nothing. */
  readonly maxCallMs: number;
  /** Told about everything thrown that the caller is not told about. */
  onInternalError(error: unknown): void;
}

export type ServerCall<Request, Response> =
  | ServerUnaryCall<Request, Response>
  | ServerWritableStream<Request, Response>;

/**
 * Handlers are made by `unary` and `serverStream` before any server exists, so the server hands
 * its scope over through the call itself.
 */
const scopes = new WeakMap<object, ServerScope>();

export function lendScope(call: object, scope: ServerScope): void {
  scopes.set(call, scope);
}

/** A call being answered. */
export interface OpenCall {
  readonly context: CallContext;
  /** Runs a piece of the handler as part of the call's span, if the caller named a trace. */
  readonly run: ServerSpan["run"];
  /** The status that tells the caller about `thrown`, or why the call was aborted before. */
  statusOf(thrown: unknown): RpcStatus;
  /** Ends the watch over the call and its span; its signal does not abort after that. */
  close(): void;
}

/** Begins to watch a call for cancellation, its deadline and a forced drain. */
export function openCall<Request, Response>(call: ServerCall<Request, Response>): OpenCall {
  const scope = scopes.get(call);
  const controller = new AbortController();
  const { signal } = controller;
  const asked = deadlineOf(call);
  const latest = scope && new Date(Date.now() + scope.maxCallMs);
  const isCapped = latest !== undefined && (asked === undefined || asked > latest);
  const deadline = isCapped ? latest : asked;
  const span = startServerSpan(call.getPath(), call.metadata);

  const onCancelled = () => controller.abort(cancellation(deadline));
  const onForced = () =>
    controller.abort(new CollmError("unavailable", "the service is shutting down"));
  const onLatest = () => controller.abort(tooLong(scope?.maxCallMs));
  // An earlier deadline is watched by grpc-js.
  const timer = isCapped ? setTimeout(onLatest, scope?.maxCallMs) : undefined;
  call.once("cancelled", onCancelled);
  scope?.forced.addEventListener("abort", onForced, { once: true });
  if (call.cancelled) onCancelled();
  if (scope?.forced.aborted) onForced();

  return {
    context: {
      signal,
      draining: scope?.draining ?? new AbortController().signal,
      deadline,
      metadata: call.metadata,
    },
    run: span.run,
    statusOf(thrown) {
      const isUnexpected = !(thrown instanceof CollmError) || thrown.code === "internal";
      if (!signal.aborted && isUnexpected) span.run(() => scope?.onInternalError(thrown));
      const final = toRpcStatus(signal.aborted ? signal.reason : thrown);
      span.fail(final.code, final.details);
      return final;
    },
    close() {
      clearTimeout(timer);
      call.off("cancelled", onCancelled);
      scope?.forced.removeEventListener("abort", onForced);
      span.end();
    },
  };
}

function deadlineOf(call: ServerCall<unknown, unknown>): Date | undefined {
  const deadline = call.getDeadline();
  if (deadline instanceof Date) return deadline;
  return Number.isFinite(deadline) ? new Date(deadline) : undefined;
}

function tooLong(maxCallMs: number | undefined): CollmError {
  const allowed = `the ${maxCallMs} ms that the server allows (COLLM_MAX_CALL_MS)`;
  return new CollmError("deadline-exceeded", `the call took longer than ${allowed}`);
}

/**
 * gRPC reports a passed deadline as a cancellation. Both ends run a timer, and the one that fires
 * first may be a moment early.
 */
function cancellation(deadline: Date | undefined): CollmError {
  const toleranceMs = 20;
  if (deadline !== undefined && Date.now() >= deadline.getTime() - toleranceMs) {
    return new CollmError("deadline-exceeded", "the caller's deadline has passed");
  }
  return new CollmError("cancelled", "the caller cancelled");
}
