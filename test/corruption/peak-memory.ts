import { readFileSync, writeFileSync } from "node:fs";

/**
 * The most memory that the process has held since a moment, beyond what it held then.
 *
 * Linux keeps the peak of a process's resident memory, and `/proc/self/clear_refs` resets it. Elsewhere the peak of
 * the whole run is taken, which says less: it only grows.
 */
export class PeakMemory {
  readonly #startMiB: number;

  private constructor(startMiB: number) {
    this.#startMiB = startMiB;
  }

  /** Starts anew. With `node --expose-gc`, garbage of earlier work is collected first. */
  static start(): PeakMemory {
    (globalThis as { gc?: () => void }).gc?.();
    try {
      writeFileSync("/proc/self/clear_refs", "5");
    } catch {
      // Not Linux, or not allowed here.
    }
    return new PeakMemory(process.memoryUsage.rss() / 2 ** 20);
  }

  growthMiB(): number {
    return Math.max(0, peakMiB() - this.#startMiB);
  }
}

function peakMiB(): number {
  try {
    const [, kiB] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kiB !== undefined) return Number(kiB) / 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS / 1024;
}
