/**
 * Cuts what a reasoning model writes before its answer where the server does not do it: blocks
 * `<think>...</think>`, a block that never ends (the token limit came first), and text before a
 * lone `</think>` (templates that open the block in the prompt).
 */
export function withoutThinking(text: string): string {
  const lastEnd = lastMatch(text, /<\/think(?:ing)?>/gi);
  const answer = lastEnd === undefined ? text : text.slice(lastEnd);
  const opening = answer.search(/<think(?:ing)?>/i);
  return (opening === -1 ? answer : answer.slice(0, opening)).trim();
}

/** One past the last match. */
function lastMatch(text: string, pattern: RegExp): number | undefined {
  let end: number | undefined;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}
