import type { TextKind } from "@collm/search";

/** An answer, and what a reasoning model wrote around it. */
export interface Thought {
  readonly answer: string;
  readonly reasoning: string;
}

/** Marks around a chain of thought, by family of models; the last are gpt-oss's channels. */
const marks = new RegExp(
  [
    "<(?<closes>/?)(?:think|thinking|thoughts?|reasoning|scratchpad)>",
    "\\[(?<closesBracket>/?)THINK\\]",
    "◁(?<closesTriangle>/?)think▷",
    "<\\|(?:begin|(?<closesThought>end))_of_thought\\|>",
    "<\\|channel\\|>(?:analysis|commentary|(?<closesChannel>final))<\\|message\\|>",
  ].join("|"),
  "gi",
);

/**
 * Parts what a reasoning model thinks from its answer where the server does not do it: blocks
 * `<think>...</think>` and what other models write for them, a block that never ends (the token
 * limit came first), and text before a lone `</think>` (templates that open the block in the prompt).
 */
export function splitThinking(text: string): Thought {
  let answer: string[] = [];
  const reasoning: string[] = [];
  let isThinking = false;
  let at = 0;
  for (const mark of text.matchAll(marks)) {
    const piece = text.slice(at, mark.index);
    at = mark.index + mark[0].length;
    const closes = Object.values(mark.groups ?? {}).some((group) => group);
    if (isThinking) reasoning.push(piece);
    else if (!closes) answer.push(piece);
    else {
      // Nothing was opened: all before it was thought.
      reasoning.push(...answer, piece);
      answer = [];
    }
    isThinking = !closes;
  }
  (isThinking ? reasoning : answer).push(text.slice(at));
  return { answer: answer.join("").trim(), reasoning: joinTexts(reasoning) };
}

/** Longest beginning of a tag that may still be cut, less one character. */
const tagCharacters = "</think".length - 1;

/** Tells of each piece of a text, as it comes, whether some of it is inside a `<think>` block. */
export function createThoughtWatch(): (piece: string) => TextKind {
  let tail = "";
  let isThinking = false;
  return (piece) => {
    const text = (tail + piece).toLowerCase();
    const [opened, closed] = [text.lastIndexOf("<think"), text.lastIndexOf("</think")];
    const wasThinking = isThinking;
    if (opened !== closed) isThinking = opened > closed;
    tail = text.slice(-tagCharacters);
    return wasThinking || isThinking ? "reasoning" : "answer";
  };
}

/** The texts that are not blank, as paragraphs. */
export function joinTexts(texts: readonly string[]): string {
  return texts.flatMap((text) => text.trim() || []).join("\n\n");
}
