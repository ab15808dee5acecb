import type { Output } from "../output.js";
import { fitLine } from "../progress/fit-line.js";

/** Least time between two lines where there is no terminal, in milliseconds. */
const quietMs = 10_000;

/** How many of a suite's searches are done: a live line on a terminal, a line now and then elsewhere. */
export class BenchProgress {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #startedMs: number;
  #before: number | undefined;
  #saidMs = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#startedMs = now();
  }

  show(done: number, all: number): void {
    this.#before ??= done;
    const elapsedMs = this.#now() - this.#startedMs;
    const left = done > this.#before ? ((all - done) * elapsedMs) / (done - this.#before) : NaN;
    const line = `${done} of ${all} searches${done < all && Number.isFinite(left) ? `, about ${Math.ceil(left / 1000)} s left` : ""}`;
    if (this.#output.isTerminal) {
      this.#output.draw(`\r\u001b[2K${fitLine(line, this.#output.columns)}`);
      this.#isDrawn = true;
      return;
    }
    if (done < all && this.#now() - this.#saidMs < quietMs) return;
    this.#saidMs = this.#now();
    this.#output.say(line);
  }

  /** A line that stays. */
  notice(line: string): void {
    this.end();
    this.#output.say(line);
  }

  /** Leaves the live line and begins a new one. */
  end(): void {
    if (this.#isDrawn) this.#output.draw("\n");
    this.#isDrawn = false;
  }
}
