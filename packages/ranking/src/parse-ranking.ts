import { splitThinking } from "@collm/llm";
import { labelOf } from "./conversation.js";

/** What an answer says about the order. Not being readable is an expected outcome. */
export type ReadRanking =
  | {
      readonly kind: "ranked";
      /** Positions from 0 in the trial, the best first; each exactly once. */
      readonly order: readonly number[];
    }
  | { readonly kind: "unparsable"; readonly reason: string };

/*
 * Models write rankings in many ways, and nearly all are one shape: labels with nothing between
 * them but punctuation, numbering or "and". Such a series is a chain:
 *
 *     {"ranking": ["N3", "N1", "N2"]}    N3 > N1 > N2    1. **N3**\n2. **N1**\n3. **N2**
 *
 *   one chain with every label once          -> that order
 *   several that differ                      -> the last one that is called the ranking
 *   none, but lines that begin with a label  -> the order of the lines (each explains itself)
 *   anything else                            -> unparsable
 *
 * Where two readings are possible the answer is unparsable: a guess would be counted as the
 * model's opinion. An incomplete ranking is never completed.
 */

/** Reads the ranking of `count` labels from an answer; reasoning in it is ignored. */
export function parseRanking(answer: string, count: number): ReadRanking {
  const text = splitThinking(answer.slice(0, maxAnswerCharacters)).answer;
  if (text === "") return unparsable("the answer is empty or nothing but reasoning");
  if (/\bN\d{1,4}["'*_`]*\s*(<|≺)/iu.test(text)) {
    return unparsable('the order is written with "<", so that its direction is not known');
  }
  const found = chainsIn(text);
  const complete = found.filter(({ labels }) => isComplete(labels, count));
  const orders = new Set(complete.map(({ labels }) => labels.join()));
  if (orders.size > 1) {
    const named = complete.findLast(({ start }) => /ranking\W{0,20}$/iu.test(before(text, start)));
    if (named === undefined) return unparsable(`it gives ${orders.size} different rankings`);
    return ranked(named.labels);
  }
  if (complete[0] !== undefined) return ranked(complete[0].labels);
  return fromLines(text, count) ?? unparsable(problemOf(found, count));
}

/** What a chain is called stands right before it. */
function before(text: string, start: number): string {
  return text.slice(Math.max(0, start - 40), start);
}

/** A ranking has some hundred characters; what a runaway answer writes on is ignored. */
const maxAnswerCharacters = 131_072;

interface Chain {
  /** Numbers of the labels, from 1. */
  readonly labels: readonly number[];
  readonly start: number;
}

/** What may stand between two labels of a chain. */
const separator = /^(?:[\s,;>→≻|*_`"'()[\]{}#–—-]|\d{1,4}[.):]|and\b|then\b)+$/iu;
/** Words between labels are longer; keeps the work linear. */
const maxSeparatorCharacters = 40;

function chainsIn(text: string): readonly Chain[] {
  const chains: { labels: number[]; start: number }[] = [];
  let end = -1;
  for (const match of text.matchAll(/\bN(\d{1,4})\b/giu)) {
    const between = text.slice(end, match.index);
    const last = chains.at(-1);
    if (last && end >= 0 && isSeparator(between)) last.labels.push(Number(match[1]));
    else chains.push({ labels: [Number(match[1])], start: match.index });
    end = match.index + match[0].length;
  }
  return chains;
}

function isSeparator(between: string): boolean {
  if (between.length > maxSeparatorCharacters || !separator.test(between)) return false;
  // A new paragraph that does not go on counting is about something else.
  return !/\n\s*\n/u.test(between) || /\d[.):]/u.test(between);
}

/** Lines that begin with a label, after numbering and emphasis, and go on in words. */
function fromLines(text: string, count: number): ReadRanking | undefined {
  const labels = [...text.matchAll(/^[ \t>*_`#|-]*(?:\d{1,4}[.):][ \t]*)?[*_`"]*N(\d{1,4})\b/gimu)];
  const order = labels.map(([, number]) => Number(number));
  if (!isComplete(order, count)) return undefined;
  // Chance gives this order once in 24 or less often; remarks on each network always have it.
  if (count >= 4 && order.every((label, i) => label === i + 1)) {
    return unparsable("labels stand in the order shown, each with a remark, which is no ranking");
  }
  return ranked(order);
}

function isComplete(labels: readonly number[], count: number): boolean {
  return (
    labels.length === count &&
    new Set(labels).size === count &&
    labels.every((label) => label >= 1 && label <= count)
  );
}

/** What is wrong with the longest chain. */
function problemOf(chains: readonly Chain[], count: number): string {
  const longest = chains.reduce<readonly number[]>(
    (best, { labels }) => (labels.length > best.length ? labels : best),
    [],
  );
  if (longest.length === 0) return "it names no label";
  if (longest.length === 1) return "it holds no list of labels";
  const unknown = longest.find((label) => label < 1 || label > count);
  if (unknown !== undefined) return `it ranks N${unknown}, allowed are N1 to ${labelOf(count - 1)}`;
  const repeated = longest.find((label, i) => longest.indexOf(label) !== i);
  if (repeated !== undefined) return `it ranks N${repeated} twice`;
  return `it ranks ${longest.length} of ${count} labels`;
}

function ranked(labels: readonly number[]): ReadRanking {
  return { kind: "ranked", order: labels.map((label) => label - 1) };
}

function unparsable(reason: string): ReadRanking {
  return { kind: "unparsable", reason };
}
