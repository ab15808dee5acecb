import { maxCandidatesPerIteration, type Proposal } from "@collm/search";
import { candidatesInLines } from "./loose-lines.js";
import { isObject, knownKey, looseNotation } from "./loose-notation.js";
import { anyObject, type NotationShape } from "./notation-shape.js";
import { plainText } from "./plain-characters.js";
import { type JsonNode, type ReadBudget, readTolerantJson } from "./tolerant-json.js";

export interface ParseOptions {
  /** Whether architectures count that others come from, as in a strategy. Default no. */
  readonly takesReferences?: boolean | undefined;
}

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
 * Escaped JSON is unescaped first. Where there is no JSON, lines of `key: value` and tables are read. An architecture that the answer says others come from (`"parent": {...}`) is no candidate.
 *
 * A candidate is not checked for legality here. Work is bounded for any text: length, reading
 * effort, nesting and the number of candidates are capped.
 */
export function parseCandidates(
  answer: string,
  shape: NotationShape = anyObject,
  { takesReferences = false }: ParseOptions = {},
): readonly Proposal[] {
  const text = withoutDirectives(answer.slice(0, maxAnswerCharacters));
  const budget: ReadBudget = { left: readsPerCharacter * text.length + 1_024 };
  const reading = { shape, budget, takesReferences };
  const asWritten = scan(text, reading);
  const unescaped = withoutEscapes(text);
  // JSON in a string has escapes everywhere, and what is not quoted in it can be read as it stands.
  const asString = unescaped === text ? nothing : scan(unescaped, reading);
  const { found, inventions, sawKeys } =
    asString.readCount > asWritten.readCount ? asString : asWritten;
  if (found.length > 0) return found.slice(0, maxCandidates);
  // The lines of an object that broke off are no candidate.
  const inLines = shape.kind === "object" && !sawKeys ? candidatesInLines(text, shape, budget) : [];
  return (inLines.length > 0 ? inLines : inventions).slice(0, maxCandidates);
}

/** About 40,000 tokens; an answer of 20 candidates for 20 blocks has about 6,000 characters. */
const maxAnswerCharacters = 131_072;
/** No request asks for more; the rest of a runaway answer is ignored. */
const maxCandidates = maxCandidatesPerIteration;
/** Failed reads start again further in, so text may be read a few times over. */
const readsPerCharacter = 8;
/** An unreadable piece is quoted up to this length. */
const maxQuotedCharacters = 2_000;
/** JSON in strings in JSON is looked into so deep. */
const maxStringNesting = 2;

/** A strategy quoted in an answer must not be taken for candidates. */
function withoutDirectives(text: string): string {
  return text.replace(/```directives[\s\S]*?(```|$)/g, "");
}

function withoutEscapes(text: string): string {
  if (!/\\"|&quot;/.test(text)) return text;
  return text
    .replace(/\\n/g, "\n")
    .replace(/\\[rt]/g, " ")
    .replace(/\\"|&quot;/g, '"');
}

interface Scanned {
  readonly found: readonly Proposal[];
  /** Objects of the model's own, told only where it wrote no candidate. */
  readonly inventions: readonly Proposal[];
  /** How many of those found could be read. */
  readonly readCount: number;
  /** Whether an object has the notation's keys, be it a candidate or not. */
  readonly sawKeys: boolean;
}

const nothing: Scanned = { found: [], inventions: [], readCount: 0, sawKeys: false };

/** What all passes over an answer share. */
interface Reading {
  readonly shape: NotationShape;
  readonly budget: ReadBudget;
  readonly takesReferences: boolean;
}

function scan(text: string, reading: Reading): Scanned {
  return new Scan(text, reading).run();
}

/** One pass over a text. */
class Scan {
  readonly #text: string;
  readonly #plain: string;
  readonly #reading: Reading;
  readonly #shape: NotationShape;
  readonly #budget: ReadBudget;
  readonly #found: Proposal[] = [];
  readonly #inventions: Proposal[] = [];
  #readCount = 0;
  #sawKeys = false;
  /** The innermost piece that looked like a candidate and could not be read, until more is known of it. */
  #suspect:
    | { readonly end: number; readonly foundBefore: number; readonly proposal: Proposal }
    | undefined;

  constructor(text: string, reading: Reading) {
    this.#text = text;
    this.#plain = plainText(text);
    this.#reading = reading;
    this.#shape = reading.shape;
    this.#budget = reading.budget;
  }

  run(): Scanned {
    let at = this.#nextOpening(0);
    while (at !== -1 && this.#found.length < maxCandidates && this.#budget.left > 0) {
      at = this.#readAt(at);
      if (this.#suspect && (at === -1 || at >= this.#suspect.end)) this.#settleSuspect();
    }
    this.#settleSuspect();
    return {
      found: this.#found,
      inventions: this.#inventions,
      readCount: this.#readCount,
      sawKeys: this.#sawKeys,
    };
  }

  /** Reads what begins at a bracket; gives the bracket to go on at, or -1. */
  #readAt(at: number): number {
    const read = readTolerantJson(this.#text, at, this.#budget, wordsOf(this.#shape));
    const end = Math.max(read.kind === "read" ? read.node.end : read.at, at + 1);
    if (this.#isReference(at)) {
      this.#sawKeys = true;
      return this.#nextOpening(end);
    }
    if (read.kind === "read") {
      this.#collect(read.node, this.#text);
      return this.#nextOpening(end);
    }
    if (looksMeant(this.#plain.slice(at, end), this.#shape)) {
      this.#sawKeys = true;
      const proposal = unreadable(this.#text, at, read.at, read.problem);
      this.#suspect = { end, foundBefore: this.#found.length, proposal };
    }
    const opens = this.#shape.kind === "list" ? "[" : "{";
    return this.#nextOpening(this.#plain.slice(at + 1, end).includes(opens) ? at + 1 : end);
  }

  /** A piece in which nothing was found is told as a whole. */
  #settleSuspect(): void {
    const suspect = this.#suspect;
    if (suspect && this.#found.length === suspect.foundBefore) this.#found.push(suspect.proposal);
    this.#suspect = undefined;
  }

  #collect(node: JsonNode, text: string): void {
    const candidates = candidatesIn(node, text, this.#reading);
    this.#found.push(...candidates);
    this.#readCount += candidates.length;
    if (candidates.length === 0 && this.#shape.kind === "object" && isObject(node.value)) {
      if (Object.keys(node.value).length > 0) this.#inventions.push(proposal(node, text));
    }
  }

  /** Whether what begins here is the value of a key such as `parent`. */
  #isReference(at: number): boolean {
    if (this.#reading.takesReferences) return false;
    const before = this.#plain.slice(Math.max(0, at - maxReferenceCharacters), at);
    const key = /([\p{L}_]+)["']?\s*[:=]\s*$/u.exec(before)?.[1];
    return key !== undefined && referenceKey.test(key);
  }

  /** The next `{` or `[`, or -1. */
  #nextOpening(from: number): number {
    const opening = /[{[]/g;
    opening.lastIndex = from;
    return opening.exec(this.#plain)?.index ?? -1;
  }
}

const maxReferenceCharacters = 32;

function looksMeant(piece: string, shape: NotationShape): boolean {
  switch (shape.kind) {
    case "list":
      return /^\[\s*["']?-?\d/.test(piece);
    case "string":
      return false;
    case "object": {
      const keys = [...piece.matchAll(/["']?([\p{L}\w][^{}[\]"':=,\n]{0,60})["']?\s*[:=]/gu)];
      if (!piece.startsWith("{") || keys.length === 0) return false;
      return (
        shape.keys.length === 0 ||
        keys.some(([, key = ""]) => knownKey(key, shape.keys) !== undefined)
      );
    }
  }
}

function unreadable(text: string, start: number, at: number, problem: string): Proposal {
  const lineEnd = text.indexOf("\n", at);
  const end = Math.min(lineEnd === -1 ? text.length : lineEnd, start + maxQuotedCharacters);
  return {
    text: text.slice(start, Math.max(end, start + 1)),
    problem: `no readable JSON: ${problem} (at character ${at - start})`,
  };
}

/** Keys of architectures that a candidate was made from, or that are told not to be written. */
const referenceKey =
  /^(parents?|base|baseline|based_?on|derived_?from|mutated_?from|from|origin(al)?|previous|before|reference|source|evaluated|visited|rejected|avoid(ed)?|best_?so_?far|基线|父代)$/i;

/** The candidates inside a value: what its lists and objects hold, else itself. */
function candidatesIn(
  node: JsonNode,
  text: string,
  reading: Reading,
  stringNesting = 0,
): Proposal[] {
  const { value } = node;
  const { shape, budget, takesReferences } = reading;
  if (typeof value === "string" && shape.kind !== "string") {
    if (stringNesting >= maxStringNesting || !/^\s*[{[]/.test(value)) return [];
    const read = readTolerantJson(value, value.search(/[{[]/), budget, wordsOf(shape));
    if (read.kind === "failed") return [];
    return candidatesIn(read.node, value, reading, stringNesting + 1);
  }
  const inner = node.children
    .filter(({ key }) => takesReferences || key === undefined || !referenceKey.test(key))
    .flatMap((child) => candidatesIn(child, text, reading, stringNesting));
  if (inner.length > 0) return inner;
  const notation = looseNotation(value, shape);
  return notation === undefined ? [] : [proposal(node, text, notation)];
}

function proposal(node: JsonNode, text: string, notation: unknown = node.value): Proposal {
  return { text: text.slice(node.start, node.end), notation };
}

function wordsOf(shape: NotationShape): readonly string[] | undefined {
  return shape.kind === "object" ? shape.words : undefined;
}
