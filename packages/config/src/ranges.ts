/**
 * Smallest and largest value of settings that can be written in two places: the configuration of
 * a search and the environment of the service that is told. One range, so that a value is refused
 * where the user wrote it.
 */
export const ranges = {
  temperature: [0, 2],
  /** At 0 nothing could be drawn. */
  topP: [0.001, 1],
  retries: [0, 10],
  breakerFailures: [1, 1_000],
  /** Money for a million tokens. */
  price: [0, 1_000_000],
  /** Requests under way at once. */
  maxConcurrent: [1, 1_000],
  /** Requests or tokens. */
  perMinute: [1, 1_000_000_000],
  /** System message and one round take more; a smaller number is more likely meant in thousands. */
  contextTokens: [1_000, 10_000_000],
  maxOutputTokens: [1, 1_000_000],
  /** An hour. */
  timeoutMs: [1, 3_600_000],
  deviceId: [0, 1_024],
  /** Images per run; ImageNet-sized ones take 0.6 MB each as input and some 20 MB inside. */
  batchSize: [1, 4_096],
  /** Megabytes of images kept in memory. */
  imageMemoryMb: [16, 4_194_304],
  workers: [1, 256],
  threadsPerWorker: [1, 256],
  /** A day of training in an hour is 0.04. */
  realTime: [0, 10],
} as const satisfies Record<string, readonly [number, number]>;
