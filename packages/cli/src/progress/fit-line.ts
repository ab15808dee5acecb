/** What terminals draw two columns wide: CJK, Hangul, full-width forms and emoji. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** The text as one line: a model's words may hold line breaks and control sequences. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

/** The text as one line that takes at most `columns` columns of a terminal. */
export function fitLine(text: string, columns: number): string {
  let [line, width] = ["", 0];
  for (const character of oneLine(text)) {
    width += columnsOf(character);
    if (width > columns) break;
    line += character;
  }
  return line;
}

/** The label and as much of the text's end as fits beside it, as one line of at most `columns` columns. */
export function endOfLine(label: string, text: string, columns: number): string {
  let [end, width] = ["", label.length];
  for (const character of [...oneLine(text)].reverse()) {
    width += columnsOf(character);
    if (width > columns) break;
    end = character + end;
  }
  return fitLine(label + end, columns);
}

function columnsOf(character: string): number {
  return wide.test(character) ? 2 : 1;
}
