import type { PackProgress } from "@collm/images";
import type { Output } from "../output.js";
import { fitLine } from "./fit-line.js";

const redrawMs = 200;
const lineMs = 10_000;

/**
 * Shows how far a packing is: one line that is redrawn on a terminal, a line every ten seconds
 * elsewhere. `what` begins the line.
 */
export class PackProgressLine {
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

  show(what: string, progress: PackProgress): void {
    const now = this.#now();
    if (what !== this.#what) {
      this.#what = what;
      this.#startedAtMs = now;
      this.#shownAtMs = this.#output.isTerminal ? 0 : now;
    }
    if (now - this.#shownAtMs < (this.#output.isTerminal ? redrawMs : lineMs)) return;
    this.#shownAtMs = now;
    this.clear();
    this.#output.say(this.#line(progress, (now - this.#startedAtMs) / 1000));
    this.#isDrawn = this.#output.isTerminal;
  }

  /** Takes the live line away; another line may follow. */
  clear(): void {
    // ANSI: cursor up, erase below.
    if (this.#isDrawn) this.#output.draw("\u001b[1A\u001b[0J");
    this.#isDrawn = false;
  }

  #line({ imagesDone, imagesTotal, corrupt }: PackProgress, seconds: number): string {
    const rate = seconds > 0 ? `, ${Math.round(imagesDone / seconds)} images/s` : "";
    const left =
      imagesDone > 0
        ? `, ${timeText((seconds / imagesDone) * (imagesTotal - imagesDone))} left`
        : "";
    const bad = corrupt > 0 ? `, ${corrupt} corrupt` : "";
    const line = `${this.#what}: ${imagesDone} of ${imagesTotal} images${bad}${rate}${left}`;
    return fitLine(line, this.#output.columns - 1);
  }
}

function timeText(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
