import { plainCharacter, plainText } from "./plain-characters.js";

/**
 * Reads one JSON value the way language models write it: comments (`//`, `#`, block comments),
 * commas too many or missing, quotes of all kinds and unescaped ones inside a string, bare keys,
 * `=` for `:`, full-width characters, Python's True/False/None, tuples and `[3] * 20`. It stops at
 * the value's end, so it works in the middle of prose, and it tells where every object and list
 * stands in the text. NaN and Infinity are no values.
 *
 * Hostile text cannot make it slow or deep: nesting is capped and every character costs one unit
 * of a budget that the caller may share among many reads.
 */
export interface JsonNode {
  readonly value: unknown;
  readonly start: number;
  /** One past the last character. */
  readonly end: number;
  /** Its key, where it is the value of an object's key. */
  readonly key?: string | undefined;
  /** Values of a list, or of an object in the order written. */
  readonly children: readonly JsonNode[];
}

export type TolerantRead =
  | { readonly kind: "read"; readonly node: JsonNode }
  | {
      readonly kind: "failed";
      /** Where reading stopped. */
      readonly at: number;
      readonly problem: string;
      /** Whether at least one `key: value` was begun, i.e. this was meant as an object. */
      readonly sawKey: boolean;
    };

/** Characters that may still be looked at. */
export interface ReadBudget {
  left: number;
}

/** No notation nests deeper than three; real answers stay below ten. */
const maxNesting = 32;

/** @param bareWords strings that may stand without quotes */
export function readTolerantJson(
  text: string,
  start: number,
  budget: ReadBudget = { left: 4 * text.length + 1_024 },
  bareWords: readonly string[] = [],
): TolerantRead {
  const reader = new TolerantReader(text, start, budget, bareWords);
  try {
    return { kind: "read", node: reader.value(0) };
  } catch (error) {
    if (error !== unreadable) throw error;
    return { kind: "failed", at: reader.at, problem: reader.problem, sawKey: reader.sawKey };
  }
}

/**
 * Unwinds the recursive reader and never leaves this file. One for all failures: making an error
 * records a stack, which would be most of the work on text full of brackets.
 */
const unreadable = new Error("unreadable");

/** Blanks and at most this many after a quote tell whether it ends its string. */
const maxLookAhead = 64;
/** Entries that `[3] * 20` may stand for. */
const maxRepeated = 256;

/** Beyond its characters every read, and every bracket in it, costs this much: they take longer. */
const costOfBracket = 8;

const words: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  True: true,
  False: false,
  None: null,
};

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
};

class TolerantReader {
  readonly #text: string;
  readonly #budget: ReadBudget;
  readonly #bareWords: readonly string[];
  at: number;
  sawKey = false;
  problem = "";

  constructor(text: string, start: number, budget: ReadBudget, bareWords: readonly string[]) {
    this.#text = text;
    this.#budget = budget;
    this.#bareWords = bareWords;
    this.at = start;
    budget.left -= costOfBracket;
  }

  value(nesting: number): JsonNode {
    if (nesting > maxNesting) this.#fail(`nested deeper than ${maxNesting}`);
    this.#skipBlanks();
    const start = this.at;
    const character = this.#peek();
    if (/[{[(]/.test(character)) this.#budget.left -= costOfBracket;
    if (character === "{") return this.#object(start, nesting);
    if (character === "[") return this.#repeated(this.#list(start, nesting, "]"));
    if (character === "(") return this.#list(start, nesting, ")");
    const value = character === '"' || character === "'" ? this.#string() : this.#scalar();
    return { value, start, end: this.at, children: [] };
  }

  #object(start: number, nesting: number): JsonNode {
    this.#take();
    const entries: [string, unknown][] = [];
    const children: JsonNode[] = [];
    while (!this.#closes("}")) {
      const key = this.#key();
      this.#skipBlanks();
      if (!/[:=]/.test(this.#peek())) this.#fail(`expected ":" after ${JSON.stringify(key)}`);
      this.#take();
      this.sawKey = true;
      const child = this.value(nesting + 1);
      entries.push([key, child.value]);
      children.push({ ...child, key });
      this.#separator("}");
    }
    // fromEntries defines properties, so a key "__proto__" is a key like any other.
    return { value: Object.fromEntries(entries), start, end: this.at, children };
  }

  #list(start: number, nesting: number, closing: string): JsonNode {
    this.#take();
    const children: JsonNode[] = [];
    while (!this.#closes(closing)) {
      children.push(this.value(nesting + 1));
      this.#separator(closing);
    }
    return { value: children.map((child) => child.value), start, end: this.at, children };
  }

  /** Takes what Python multiplies a list by. */
  #repeated(list: JsonNode): JsonNode {
    const [product, digits] = /^[ \t]*\*[ \t]*(\d{1,3})\b/.exec(
      this.#text.slice(this.at, this.at + 16),
    ) ?? [""];
    const times = Number(digits);
    if (product === "" || times < 1 || times * list.children.length > maxRepeated) return list;
    for (let i = 0; i < product.length; i++) this.#take();
    const children = Array.from({ length: times }, () => list.children).flat();
    this.#budget.left -= children.length;
    return { ...list, value: children.map((child) => child.value), end: this.at, children };
  }

  /** Takes the closing bracket if it is next. */
  #closes(bracket: string): boolean {
    this.#skipBlanks();
    if (this.#peek() !== bracket) return false;
    this.#take();
    return true;
  }

  /** A comma, or the blanks that a forgotten one leaves. */
  #separator(closing: string): void {
    const end = this.at;
    this.#skipBlanks();
    const next = this.#peek();
    if (next === "," || next === ";") this.#take();
    else if (next !== closing && (next === "" || this.at === end)) {
      this.#fail(`expected "," or "${closing}"`);
    }
  }

  #key(): string {
    const next = this.#peek();
    if (next === '"' || next === "'") return this.#string();
    return this.#word(/[\p{L}\w.+$-]/u) || this.#fail("expected a key");
  }

  #string(): string {
    const opening = this.#take();
    const quote = plainCharacter(opening);
    const pieces: string[] = [];
    for (;;) {
      const character = this.#take();
      if (character === "") this.#fail("a string has no end");
      // What ASCII quotes enclose may hold others.
      const isQuote = opening === quote ? character === quote : plainCharacter(character) === quote;
      if (isQuote && this.#endsString()) return pieces.join("");
      if (character !== "\\") {
        pieces.push(character);
        continue;
      }
      const escaped = this.#take();
      if (escaped !== "u") {
        pieces.push(escapes[escaped] ?? escaped);
        continue;
      }
      const digits = this.#text.slice(this.at, this.at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail("\\u without four digits");
      for (let i = 0; i < 4; i++) this.#take();
      pieces.push(String.fromCharCode(Number.parseInt(digits, 16)));
    }
  }

  /** Whether what follows a quote can follow a string; otherwise the quote is part of it. */
  #endsString(): boolean {
    for (let ahead = 0; ahead < maxLookAhead; ahead++) {
      const next = plainCharacter(this.#text[this.at + ahead] ?? "");
      this.#budget.left--;
      if (next === "\n" || next === "") return true;
      if (!/\s/.test(next)) return /[:=,;}\])#/]/.test(next);
    }
    return true;
  }

  #scalar(): unknown {
    const word = this.#word();
    if (word === "") this.#fail("expected a value");
    if (Object.hasOwn(words, word)) return words[word];
    if (this.#bareWords.includes(word)) return word;
    const number = Number(word);
    if (/^[-+]?[\d.]/.test(word) && Number.isFinite(number)) return number;
    return this.#fail(`${JSON.stringify(word.slice(0, 40))} is no value`);
  }

  #word(letter = /[\w.+$-]/): string {
    const start = this.at;
    while (letter.test(this.#peek())) this.#take();
    return plainText(this.#text.slice(start, this.at));
  }

  #skipBlanks(): void {
    for (;;) {
      const next = this.#peek();
      if (next === "#" || (next === "/" && this.#text.startsWith("//", this.at))) {
        while (this.#peek() !== "" && this.#peek() !== "\n") this.#take();
      } else if (next === "/" && this.#text.startsWith("/*", this.at)) {
        while (this.#peek() !== "" && !this.#text.startsWith("*/", this.at)) this.#take();
        this.#take();
        this.#take();
      } else if (/\s/.test(next)) this.#take();
      else return;
    }
  }

  /** The next character, made plain, or "" at the end. */
  #peek(): string {
    return plainCharacter(this.#text[this.at] ?? "");
  }

  #take(): string {
    if (this.#budget.left <= 0) this.#fail("the text takes too long to read");
    this.#budget.left--;
    const character = this.#text[this.at] ?? "";
    if (character !== "") this.at++;
    return character;
  }

  #fail(problem: string): never {
    this.problem = this.#peek() === "" ? "the text ends here" : problem;
    throw unreadable;
  }
}
