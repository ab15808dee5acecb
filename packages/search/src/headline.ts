/** Longest headline; a model's first sentence may be a whole paragraph. */
const maxCharacters = 160;

/** What is passed over on the way to a sentence. */
interface Heading {
  readonly text: string;
  /** Of the sections that say what to do. */
  readonly isDirections: boolean;
}

/**
 * The sentence of a strategy that says what to do, as plain text on one line: the first one under
 * a heading with "DIRECTIONS" in it (the form of the paper's appendix E), with the name of its
 * subsection before it, else the first one at all. Headings, list marks, emphasis and fenced
 * blocks are left out. Empty for a strategy of headings only.
 */
export function strategyHeadline(strategy: string): string {
  const lines = strategy.replace(/^\s*```[\s\S]*?(^\s*```\s*$|$(?![\s\S]))/gm, "").split("\n");
  const directions = lines.findIndex((line) => headingOf(line)?.isDirections);
  const sentence =
    (directions < 0 ? "" : firstSentence(lines.slice(directions + 1), true)) ||
    firstSentence(lines, false);
  if (sentence.length <= maxCharacters) return sentence;
  const cut = sentence.slice(0, maxCharacters - 2).replace(/\s+\S*$/, "");
  return `${cut} …`;
}

function firstSentence(lines: readonly string[], isNamed: boolean): string {
  let name = "";
  for (const [i, line] of lines.entries()) {
    const heading = headingOf(line);
    if (heading) name = heading.text;
    if (heading || plain(line) === "") continue;
    const paragraph = [line];
    for (const next of lines.slice(i + 1)) {
      if (plain(next) === "" || headingOf(next) || listMark.test(next)) break;
      paragraph.push(next);
    }
    const text = paragraph.map(plain).join(" ");
    // A full stop before a small letter or a digit belongs to an abbreviation or a number.
    const sentence = /^.*?[.!?](?=\s+[^a-z\d\s]|$)/.exec(text)?.[0] ?? text;
    return isNamed && name !== "" ? `${name}: ${sentence}` : sentence;
  }
  return "";
}

const listMark = /^\s*([-*+•]|\d+[.)])\s+/;

/** Headings come as `# Depth`, `**Depth**` on a line of its own, or `KEY PATTERNS:`. */
function headingOf(line: string): Heading | undefined {
  const text = plain(line).replace(/[\s:]+$/, "");
  const isHeading =
    /^\s*#{1,6}\s/.test(line) ||
    /^\s*(\*\*|__)[^*_]+(\*\*|__)[\s:]*$/.test(line) ||
    /^[A-Z][A-Z\d &/,-]*$/.test(text);
  if (!isHeading || text === "") return undefined;
  return { text, isDirections: /\bdirections\b/i.test(text) };
}

/** The text of a line without Markdown. */
function plain(line: string): string {
  return line
    .replace(/^[\s>#]+/, "")
    .replace(listMark, "")
    .replace(/(\*\*|__|`)/g, "")
    .replace(/(^|\s)[*_](\S[^*_]*)[*_](?=\W|$)/g, "$1$2")
    .replace(/^[-*_\s]+$/, "")
    .replace(/\s+/g, " ")
    .trim();
}
