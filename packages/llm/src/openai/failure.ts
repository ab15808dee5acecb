import { APIConnectionError, APIError } from "openai";
import type { ChatFailureCode } from "../chat-backend.js";
import { statusIn } from "./as-stream.js";
import { AnswerTooLong } from "./read-text.js";

/** Why one attempt failed. */
export interface Failure {
  readonly code: ChatFailureCode;
  readonly reason: string;
  readonly isRetryable: boolean;
  /** What the endpoint asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Of the HTTP response, or that an error in the answer names. */
  readonly httpStatus?: number | undefined;
  /** The request as such was refused; it may be accepted with less in it. */
  readonly isRequestRefused?: boolean | undefined;
}

/**
 * Sorts anything that an attempt threw by what the caller can do about it. The reason may be long, and
 * may hold keys.
 *
 * @param nowMs milliseconds since 1970, for an endpoint that says until when to wait
 */
export function failureOf(thrown: unknown, nowMs: number): Failure {
  if (thrown instanceof APIError) {
    // Status is absent on errors inside a stream that had begun with 200.
    const httpStatus = thrown.status ?? statusIn(thrown.error);
    if (httpStatus !== undefined) {
      return { ...httpFailure(thrown, httpStatus, nowMs), httpStatus };
    }
  }
  const root = rootOf(thrown);
  if (root instanceof AnswerTooLong) return refusal("failed-precondition", root.message);
  const isConnection = thrown instanceof APIConnectionError;
  return {
    code: "unavailable",
    reason: `the endpoint ${isConnection ? "cannot be reached" : "broke off"}: ${messageOf(root)}`,
    isRetryable: true,
  };
}

function httpFailure(error: APIError, status: number, nowMs: number): Failure {
  const says = error.message;
  if (status === 401 || status === 403) {
    return refusal("failed-precondition", `the endpoint refused the key: ${says}`);
  }
  if (status === 404) {
    return refusal("failed-precondition", `the endpoint does not know the model or path: ${says}`);
  }
  if (status === 429) {
    return {
      code: "resource-exhausted",
      reason: `the endpoint limits requests: ${says}`,
      // An empty account does not fill up by waiting.
      isRetryable: error.code !== "insufficient_quota",
      retryAfterMs: retryAfterMs(error.headers, nowMs),
    };
  }
  if (status === 408 || status === 409 || status >= 500) {
    return {
      code: "unavailable",
      reason: `the endpoint failed: ${says}`,
      isRetryable: true,
      retryAfterMs: retryAfterMs(error.headers, nowMs),
    };
  }
  return {
    ...refusal("invalid-argument", `the endpoint refused the request: ${says}`),
    isRequestRefused: status === 400 || status === 422,
  };
}

function refusal(code: ChatFailureCode, reason: string): Failure {
  return { code, reason, isRetryable: false };
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const ms = nonNegative(headers?.get("retry-after-ms"));
  if (ms !== undefined) return ms;
  const text = headers?.get("retry-after") ?? "";
  const seconds = nonNegative(text);
  if (seconds !== undefined) return seconds * 1_000;
  const untilMs = Date.parse(text);
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - nowMs);
}

function nonNegative(text: string | null | undefined): number | undefined {
  const value = text?.trim() ? Number(text) : Number.NaN;
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The innermost cause says more ("ECONNREFUSED") than what wraps it ("fetch failed"). */
function rootOf(thrown: unknown): unknown {
  let current = thrown;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current;
}

function messageOf(root: unknown): string {
  if (!(root instanceof Error)) return String(root);
  const { code } = root as Error & { readonly code?: unknown };
  return root.message || (typeof code === "string" ? code : root.name);
}

/** An endpoint may answer with a whole page. Cut after keys are removed: half a key is none that is known. */
export function brief(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}
