import type { TextKind } from "@collm/search";

/** A part of what a model writes. */
export interface TextPiece {
  readonly kind: TextKind;
  readonly text: string;
}

/**
 * Turns pushed text into an async sequence. Pieces of a kind that come faster than they are taken are
 * joined, so a slow reader costs no memory beyond the text itself.
 */
export class TextPieces implements AsyncIterable<TextPiece> {
  readonly #pieces: TextPiece[] = [];
  #isEnded = false;
  #wake: () => void = () => undefined;

  push(text: string, kind: TextKind): void {
    const last = this.#pieces.at(-1);
    if (last?.kind === kind)
      this.#pieces[this.#pieces.length - 1] = { kind, text: last.text + text };
    else this.#pieces.push({ kind, text });
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<TextPiece> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece) yield piece;
      else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
