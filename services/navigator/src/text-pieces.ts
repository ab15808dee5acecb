/**
 * Turns pushed text into an async sequence. Pieces that come faster than they are taken are
 * joined, so a slow reader costs no memory beyond the text itself.
 */
export class TextPieces implements AsyncIterable<string> {
  #text = "";
  #isEnded = false;
  #wake: () => void = () => undefined;

  push(piece: string): void {
    this.#text += piece;
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    for (;;) {
      if (this.#text !== "") {
        const text = this.#text;
        this.#text = "";
        yield text;
      } else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
