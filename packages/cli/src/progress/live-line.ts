import type { Output } from "../output.js";
import { fitLine } from "./fit-line.js";

const redrawMs = 200;
const lineMs = 10_000;

/** A line about something that takes long: redrawn on a terminal, a new one every ten seconds elsewhere. */
export class LiveLine {
  readonly #output: Output;
  readonly #now: () => number;
  #what = "";
  #startedAtMs = 0;
  #shownAtMs = 0;
  #isDrawn = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  /** `what` is what goes on; with another one, time starts anew. `write` gets the seconds since. */
  show(what: string, write: (seconds: number) => string): void {
    const now = this.#now();
    if (what !== this.#what) {
      this.#what = what;
      this.#startedAtMs = now;
      this.#shownAtMs = this.#output.isTerminal ? 0 : now;
    }
    if (now - this.#shownAtMs < (this.#output.isTerminal ? redrawMs : lineMs)) return;
    this.#shownAtMs = now;
    this.clear();
    const line = `${what}: ${write((now - this.#startedAtMs) / 1000)}`;
    this.#output.say(fitLine(line, this.#output.columns - 1));
    this.#isDrawn = this.#output.isTerminal;
  }

  /** Takes the live line away; another line may follow. */
  clear(): void {
    // ANSI: cursor up, erase below.
    if (this.#isDrawn) this.#output.draw("\u001b[1A\u001b[0J");
    this.#isDrawn = false;
  }
}

/** How long the rest takes at the speed so far, e.g. `, 4 min left`; empty before anything is done. */
export function timeLeft(seconds: number, done: number, rest: number): string {
  if (done === 0) return "";
  const left = (seconds / done) * rest;
  return left < 90 ? `, ${Math.ceil(left)} s left` : `, ${Math.ceil(left / 60)} min left`;
}
