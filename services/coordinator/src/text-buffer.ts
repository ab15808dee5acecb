import { maxLiveCharacters, type RoleText } from "@collm/search";

/**
 * What one watcher has still to be shown. Pieces of one text are joined, and of more than
 * {@link maxLiveCharacters} the oldest are dropped, so that a watcher who is slow costs nothing.
 */
export class TextBuffer {
  readonly #texts: RoleText[] = [];
  #characters = 0;

  push(piece: RoleText): void {
    const last = this.#texts.at(-1);
    if (last && isSameText(last, piece)) {
      this.#texts[this.#texts.length - 1] = { ...last, text: last.text + piece.text };
    } else this.#texts.push(piece);
    this.#characters += piece.text.length;
    while (this.#characters > maxLiveCharacters) this.#dropOldest();
  }

  /** The oldest text, as far as it came. */
  take(): RoleText | undefined {
    const text = this.#texts.shift();
    this.#characters -= text?.text.length ?? 0;
    return text;
  }

  #dropOldest(): void {
    const oldest = this.#texts.shift();
    if (!oldest) return;
    const kept = oldest.text.slice(this.#characters - maxLiveCharacters);
    this.#characters -= oldest.text.length - kept.length;
    if (kept !== "") this.#texts.unshift({ ...oldest, text: kept });
  }
}

function isSameText(a: RoleText, b: RoleText): boolean {
  return a.role === b.role && a.iteration === b.iteration && a.kind === b.kind;
}
