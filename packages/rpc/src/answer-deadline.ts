import type { CallContext } from "./call-context.js";

/** Of the time that is left, this share is kept for the answer, at most `maxReserveMs`. */
const reserveShare = 0.1;
const maxReserveMs = 1_000;
/** Largest delay that a Node timer can hold. */
const maxTimerMs = 2_147_483_647;

/**
 * The context's signal, which also aborts (with a `TimeoutError`) shortly before the caller's
 * deadline: for work whose caller wants to hear how far it came. Nothing can be said after the
 * deadline itself.
 */
export function answerSignal({ signal, deadline }: CallContext): AbortSignal {
  if (deadline === undefined) return signal;
  const leftMs = Math.max(0, deadline.getTime() - Date.now());
  const workMs = leftMs - Math.min(maxReserveMs, leftMs * reserveShare);
  const late = AbortSignal.timeout(Math.min(maxTimerMs, Math.floor(workMs)));
  return AbortSignal.any([signal, late]);
}
