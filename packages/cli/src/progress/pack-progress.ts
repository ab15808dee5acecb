import type { PackProgress } from "@collm/images";
import type { Output } from "../output.js";
import { LiveLine, timeLeft } from "./live-line.js";

/** Shows how far a packing is. `what` begins the line. */
export class PackProgressLine {
  readonly #line: LiveLine;

  constructor(output: Output, now: () => number) {
    this.#line = new LiveLine(output, now);
  }

  show(what: string, { imagesDone, imagesTotal, corrupt }: PackProgress): void {
    this.#line.show(what, (seconds) => {
      const rate = seconds > 0 ? `, ${Math.round(imagesDone / seconds)} images/s` : "";
      const left = timeLeft(seconds, imagesDone, imagesTotal - imagesDone);
      const bad = corrupt > 0 ? `, ${corrupt} corrupt` : "";
      return `${imagesDone} of ${imagesTotal} images${bad}${rate}${left}`;
    });
  }

  /** Takes the live line away; another line may follow. */
  clear(): void {
    this.#line.clear();
  }
}
