/**
 * Reads one JSON value the way language models write it: comments (`//`, `#`, block comments),
 * trailing commas, single quotes, bare keys, Python's True/False/None. It stops at the value's
 * end, so it works in the middle of prose, and it tells where every object and list stands in
 * the text.
 *
 * Hostile text cannot make it slow or deep: nesting is capped and every character costs one unit
 * of a budget that the caller may share among many reads.
 */
export interface JsonNode {
  readonly value: unknown;
  readonly start: number;
  /** One past the last character. */
  readonly end: number;
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

export function readTolerantJson(
  text: string,
  start: number,
  budget: ReadBudget = { left: 4 * text.length + 1_024 },
): TolerantRead {
  const reader = new TolerantReader(text, start, budget);
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
  at: number;
  sawKey = false;
  problem = "";

  constructor(text: string, start: number, budget: ReadBudget) {
    this.#text = text;
    this.#budget = budget;
    this.at = start;
    budget.left -= costOfBracket;
  }

  value(nesting: number): JsonNode {
    if (nesting > maxNesting) this.#fail(`nested deeper than ${maxNesting}`);
    this.#skipBlanks();
    const start = this.at;
    const character = this.#peek();
    if (character === "{" || character === "[") this.#budget.left -= costOfBracket;
    if (character === "{") return this.#object(start, nesting);
    if (character === "[") return this.#list(start, nesting);
    const value = character === '"' || character === "'" ? this.#string(character) : this.#scalar();
    return { value, start, end: this.at, children: [] };
  }

  #object(start: number, nesting: number): JsonNode {
    this.#take();
    const entries: [string, unknown][] = [];
    const children: JsonNode[] = [];
    while (!this.#closes("}")) {
      const key = this.#key();
      this.#skipBlanks();
      if (this.#peek() !== ":") this.#fail(`expected ":" after ${JSON.stringify(key)}`);
      this.#take();
      this.sawKey = true;
      const child = this.value(nesting + 1);
      entries.push([key, child.value]);
      children.push(child);
      this.#separator("}");
    }
    // fromEntries defines properties, so a key "__proto__" is a key like any other.
    return { value: Object.fromEntries(entries), start, end: this.at, children };
  }

  #list(start: number, nesting: number): JsonNode {
    this.#take();
    const children: JsonNode[] = [];
    while (!this.#closes("]")) {
      children.push(this.value(nesting + 1));
      this.#separator("]");
    }
    return { value: children.map((child) => child.value), start, end: this.at, children };
  }

  /** Takes the closing bracket if it is next. */
  #closes(bracket: string): boolean {
    this.#skipBlanks();
    if (this.#peek() !== bracket) return false;
    this.#take();
    return true;
  }

  #separator(closing: string): void {
    this.#skipBlanks();
    const next = this.#peek();
    if (next === ",") this.#take();
    else if (next !== closing) this.#fail(`expected "," or "${closing}"`);
  }

  #key(): string {
    const next = this.#peek();
    if (next === '"' || next === "'") return this.#string(next);
    return this.#word() || this.#fail("expected a key");
  }

  #string(quote: string): string {
    this.#take();
    const pieces: string[] = [];
    for (;;) {
      const character = this.#take();
      if (character === "") this.#fail("a string has no end");
      if (character === quote) return pieces.join("");
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

  #scalar(): unknown {
    const word = this.#word();
    if (word === "") this.#fail("expected a value");
    if (Object.hasOwn(words, word)) return words[word];
    const number = Number(word);
    if (/^[-+]?[\d.]/.test(word) && Number.isFinite(number)) return number;
    return this.#fail(`${JSON.stringify(word.slice(0, 40))} is no value`);
  }

  #word(): string {
    const start = this.at;
    while (/[\w.+$-]/.test(this.#peek())) this.#take();
    return this.#text.slice(start, this.at);
  }

  #skipBlanks(): void {
    for (;;) {
      const next = this.#peek();
      if (next === "#" || this.#text.startsWith("//", this.at)) {
        while (this.#peek() !== "" && this.#peek() !== "\n") this.#take();
      } else if (this.#text.startsWith("/*", this.at)) {
        while (this.#peek() !== "" && !this.#text.startsWith("*/", this.at)) this.#take();
        this.#take();
        this.#take();
      } else if (/\s/.test(next)) this.#take();
      else return;
    }
  }

  /** The next character, or "" at the end. */
  #peek(): string {
    return this.#text[this.at] ?? "";
  }

  #take(): string {
    if (this.#budget.left <= 0) this.#fail("the text takes too long to read");
    this.#budget.left--;
    const character = this.#peek();
    if (character !== "") this.at++;
    return character;
  }

  #fail(problem: string): never {
    this.problem = this.#peek() === "" ? "the text ends here" : problem;
    throw unreadable;
  }
}
