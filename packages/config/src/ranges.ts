/**
 * Smallest and largest value of settings that can be written in two places: the configuration of
 * a search and the environment of the service that is told. One range, so that a value is refused
 * where the user wrote it.
 */
export const ranges = {
  temperature: [0, 2],
  /** System message and one round take more; a smaller number is more likely meant in thousands. */
  contextTokens: [1_000, 10_000_000],
  maxOutputTokens: [1, 1_000_000],
  /** An hour. */
  timeoutMs: [1, 3_600_000],
  workers: [1, 256],
  threadsPerWorker: [1, 256],
} as const satisfies Record<string, readonly [number, number]>;
