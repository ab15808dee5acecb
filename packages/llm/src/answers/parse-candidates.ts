import { maxCandidatesPerIteration, type Proposal } from "@collm/search";
import { anyObject, type NotationShape } from "./notation-shape.js";
import { type JsonNode, type ReadBudget, readTolerantJson } from "./tolerant-json.js";

/**
 * Finds the candidates in an answer, in the order written. Models answer in many ways: one fenced
 * block per candidate, one block with a list, `{"candidates": [...]}`, entries such as
 * `{"architecture": {...}, "why": "..."}`, bare objects in prose, lists cut off by a token limit.
 * All of them are scanned the same way:
 *
 *     at every bracket, read one JSON value
 *       read     -> the candidates in it, then go on behind it
 *       failed   -> an inner bracket before the failure? go on there (a cut list still has whole
 *                   entries); else report the piece as a candidate that could not be read
 *
 * A candidate is not checked for legality here. Work is bounded for any text: length, reading
 * effort, nesting and the number of candidates are capped.
 */
export function parseCandidates(
  answer: string,
  shape: NotationShape = anyObject,
): readonly Proposal[] {
  const text = withoutDirectives(answer.slice(0, maxAnswerCharacters));
  const budget: ReadBudget = { left: readsPerCharacter * text.length + 1_024 };
  const found: Proposal[] = [];
  let at = nextOpening(text, 0);
  while (at !== -1 && found.length < maxCandidates && budget.left > 0) {
    const read = readTolerantJson(text, at, budget);
    if (read.kind === "read") {
      found.push(...candidatesIn(read.node, text, shape));
      at = nextOpening(text, Math.max(read.node.end, at + 1));
      continue;
    }
    const inner = nextOpening(text, at + 1);
    const isInnermost =
      inner === -1 || inner >= read.at || !opensCandidate(text, at + 1, read.at, shape);
    if (isInnermost && looksMeant(text.slice(at, read.at), read.sawKey, shape)) {
      found.push(unreadable(text, at, read.at, read.problem));
      at = nextOpening(text, Math.max(read.at, at + 1));
    } else at = inner;
  }
  return found.slice(0, maxCandidates);
}

/** About 40,000 tokens; an answer of 20 candidates for 20 blocks has about 6,000 characters. */
const maxAnswerCharacters = 131_072;
/** No request asks for more; the rest of a runaway answer is ignored. */
const maxCandidates = maxCandidatesPerIteration;
/** Failed reads start again further in, so text may be read a few times over. */
const readsPerCharacter = 8;
/** An unreadable piece is quoted up to this length. */
const maxQuotedCharacters = 2_000;

/** A strategy quoted in an answer must not be taken for candidates. */
function withoutDirectives(text: string): string {
  return text.replace(/```directives[\s\S]*?(```|$)/g, "");
}

/** The next `{` or `[`, or -1. */
function nextOpening(text: string, from: number): number {
  const opening = /[{[]/g;
  opening.lastIndex = from;
  return opening.exec(text)?.index ?? -1;
}

/** Whether a candidate may begin between `from` and `to`. */
function opensCandidate(text: string, from: number, to: number, shape: NotationShape): boolean {
  return text.slice(from, to).includes(shape.kind === "list" ? "[" : "{");
}

function looksMeant(piece: string, sawKey: boolean, shape: NotationShape): boolean {
  if (shape.kind === "object") {
    if (!piece.startsWith("{") || !sawKey) return false;
    return shape.keys.length === 0 || shape.keys.some((key) => piece.includes(key));
  }
  return shape.kind === "list" && /^\[\s*-?\d/.test(piece);
}

function unreadable(text: string, start: number, at: number, problem: string): Proposal {
  const lineEnd = text.indexOf("\n", at);
  const end = Math.min(lineEnd === -1 ? text.length : lineEnd, start + maxQuotedCharacters);
  return {
    text: text.slice(start, Math.max(end, start + 1)),
    problem: `no readable JSON: ${problem} (at character ${at - start})`,
  };
}

/** The candidates inside a value: itself, or what its lists and objects hold. */
function candidatesIn(node: JsonNode, text: string, shape: NotationShape): Proposal[] {
  const { value } = node;
  if (isNotation(value, shape)) return [proposal(node, text)];
  const inner = node.children.flatMap((child) => candidatesIn(child, text, shape));
  if (inner.length > 0 || !isObject(value)) return inner;
  // An object with none of the expected keys and nothing inside: the model's own invention. It is
  // passed on, so that the legality check can say what is wrong with it.
  return shape.kind === "object" && Object.keys(value).length > 0 ? [proposal(node, text)] : [];
}

function proposal(node: JsonNode, text: string): Proposal {
  return { text: text.slice(node.start, node.end), notation: node.value };
}

function isNotation(value: unknown, shape: NotationShape): boolean {
  switch (shape.kind) {
    case "list":
      return Array.isArray(value) && value.length > 1 && value.every((e) => typeof e === "number");
    case "string":
      return typeof value === "string";
    case "object":
      if (!isObject(value)) return false;
      return shape.keys.length === 0
        ? !holdsObjects(value)
        : shape.keys.some((key) => Object.hasOwn(value, key));
  }
}

/** Wrappers hold objects; no notation of an unknown space is taken to do so. */
function holdsObjects(value: Record<string, unknown>): boolean {
  return Object.values(value).some(
    (entry) => isObject(entry) || (Array.isArray(entry) && entry.some(isObject)),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
