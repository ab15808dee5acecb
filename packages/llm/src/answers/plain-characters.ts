/**
 * Characters that models write where JSON has an ASCII one: typographic quotes, Chinese and
 * Japanese punctuation, blanks without width. Full-width forms are converted by their code.
 */
const asciiOf: Readonly<Record<string, string>> = {
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "「": '"',
  "」": '"',
  "‘": "'",
  "’": "'",
  "‚": "'",
  "【": "[",
  "】": "]",
  "、": ",",
  "−": "-",
  "‐": "-",
  "‑": "-",
  "–": "-",
  "\u200b": " ",
  "\u200c": " ",
  "\u200d": " ",
  "\u2060": " ",
};

const firstFullWidth = 0xff01;
const lastFullWidth = 0xff5e;
const fullWidthShift = 0xfee0;

/** The ASCII character that `character` (one UTF-16 unit, or "") stands for, or itself. */
export function plainCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (!(code > 0x7f)) return character;
  if (code >= firstFullWidth && code <= lastFullWidth) {
    return String.fromCharCode(code - fullWidthShift);
  }
  return asciiOf[character] ?? character;
}

/** A text with its characters made plain; every place stays where it was. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
  return text.replace(/[^\x00-\x7f]/g, plainCharacter);
}
