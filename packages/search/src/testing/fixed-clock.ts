import type { Clock } from "../ports.js";

/** A clock that starts on a fixed day and moves on by one second each time it is read. */
export function createFixedClock(startMs = Date.UTC(2026, 0, 1)): Clock {
  let reads = 0;
  return { now: () => new Date(startMs + 1_000 * reads++) };
}
