import type { Timing } from "../timing.js";

/** Time that passes only when a test says so, or when somebody waits and nothing else is to happen. */
export interface ManualTiming extends Timing {
  /** Waits that were begun, in milliseconds. */
  readonly waits: readonly number[];
  advance(ms: number): void;
}

/**
 * A clock for tests: waiting advances it at once.
 *
 * @param draw what `random` gives, from 0 to below 1
 */
export function manualTiming(startMs = 1_000_000, draw = 0.5): ManualTiming {
  let nowMs = startMs;
  const waits: number[] = [];
  return {
    waits,
    nowMs: () => nowMs,
    random: () => draw,
    advance: (ms) => {
      nowMs += ms;
    },
    wait: async (ms, signal) => {
      waits.push(ms);
      if (!signal.aborted) nowMs += ms;
    },
  };
}
