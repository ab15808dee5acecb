import type { RoleText, SearchEvent } from "@collm/search";
import { endOfLine } from "./fit-line.js";

/** Models write faster than anybody reads, and each change draws all live lines. */
const pauseMs = 100;
/** More than a terminal is wide. */
const keptCharacters = 1_000;

/** The end of what a language model is writing just now. */
export class WritingLine {
  readonly #now: () => number;
  #text: RoleText | undefined;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one more piece; gives whether the line is to be drawn again. */
  add(piece: RoleText): boolean {
    const { role, iteration, kind } = piece;
    const before = this.#text;
    const goesOn = before?.role === role && before.iteration === iteration && before.kind === kind;
    const text = (goesOn ? before.text : "") + piece.text;
    this.#text = { role, iteration, kind, text: text.slice(-keptCharacters) };
    const isDue = this.#now() - this.#shownAtMs >= pauseMs;
    if (isDue) this.#shownAtMs = this.#now();
    return isDue;
  }

  /** What was being written is answered, or has failed. */
  happened({ type }: SearchEvent): void {
    const isAnswer = type === "StrategyProposed" || type === "CandidatesProposed";
    const isEnd = type === "SearchFinished" || type === "SearchInterrupted";
    if (isAnswer || isEnd || type === "Degraded") this.#text = undefined;
  }

  /** Dim, and within so many columns; nothing while nobody writes. */
  line(columns: number): string | undefined {
    if (!this.#text) return undefined;
    const { role, kind, text } = this.#text;
    const label = `${role} ${kind === "reasoning" ? "thinks" : "writes"}  `;
    return `\u001b[2m${endOfLine(label, text, columns)}\u001b[22m`;
  }
}
