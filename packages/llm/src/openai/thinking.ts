import type { TextKind } from "@collm/search";

/** An answer, and what a reasoning model wrote around it. */
export interface Thought {
  readonly answer: string;
  readonly reasoning: string;
}

/**
 * Parts what a reasoning model thinks from its answer where the server does not do it: blocks
 * `<think>...</think>`, a block that never ends (the token limit came first), and text before a
 * lone `</think>` (templates that open the block in the prompt).
 */
export function splitThinking(text: string): Thought {
  const answerStart = lastMatchEnd(text, /<\/think(?:ing)?>/gi) ?? 0;
  const rest = text.slice(answerStart);
  const opening = rest.search(/<think(?:ing)?>/i);
  const answerEnd = answerStart + (opening === -1 ? rest.length : opening);
  const around = [text.slice(0, answerStart), text.slice(answerEnd)];
  return {
    answer: text.slice(answerStart, answerEnd).trim(),
    reasoning: joinTexts(around.map((part) => part.replace(/<\/?think(?:ing)?>/gi, ""))),
  };
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

/** One past the last match. */
function lastMatchEnd(text: string, pattern: RegExp): number | undefined {
  let end: number | undefined;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}
