import type { Proposal } from "@collm/search";
import { knownKey, looseNotation } from "./loose-notation.js";
import type { NotationShape } from "./notation-shape.js";
import { plainText } from "./plain-characters.js";
import { type ReadBudget, readTolerantJson } from "./tolerant-json.js";

type ObjectShape = Extract<NotationShape, { kind: "object" }>;

/** A candidate that is being put together from neighbouring lines. */
interface Draft {
  readonly start: number;
  end: number;
  readonly entries: Map<string, unknown>;
}

/**
 * Candidates that are written without braces, for answers that hold no JSON: `key: value` (YAML,
 * bullets, `key = value; key = value` on one line) and the rows of a Markdown table. The parts of a
 * candidate must stand in neighbouring lines, so that remarks in prose are never put together.
 */
export function candidatesInLines(
  text: string,
  shape: ObjectShape,
  budget: ReadBudget,
): readonly Proposal[] {
  return [...inKeyedLines(text, shape, budget), ...inTables(text, shape, budget)];
}

function inKeyedLines(text: string, shape: ObjectShape, budget: ReadBudget): Proposal[] {
  const found: Proposal[] = [];
  let draft: Draft | undefined;
  const finish = (): void => {
    if (draft) found.push(...proposalOf(draft.entries, text.slice(draft.start, draft.end), shape));
    draft = undefined;
  };
  const plain = plainText(text);
  for (let line = 0; line < text.length && budget.left > 0; ) {
    const assignments = assignmentsAt(plain, line, shape, budget);
    const end = endOfLine(plain, assignments.at(-1)?.end ?? line);
    for (const { key, value, start, end: valueEnd } of assignments) {
      if (draft?.entries.has(key)) finish();
      draft ??= { start, end: start, entries: new Map() };
      draft.entries.set(key, value);
      draft.end = valueEnd;
      if (draft.entries.size === shape.keys.length) finish();
    }
    const words = assignments.length > 0 ? "" : plain.slice(line, end).trim();
    if (words !== "" && !noteLine.test(words)) finish();
    line = end + 1;
  }
  finish();
  return found;
}

/** `why: …` beside an architecture; other words end it. */
const noteLine = /^[-*]?\s*[\p{L}\w ]{1,40}[:=]/u;
/** More words than this before, between or behind assignments are prose that mentions some. */
const maxWordsAround = 24;

interface Assignment {
  readonly key: string;
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

/** The `key: value` of a line; none if it is prose. Values may go on in the next lines. */
function assignmentsAt(
  plain: string,
  line: number,
  shape: ObjectShape,
  budget: ReadBudget,
): readonly Assignment[] {
  const names = shape.keys.map((key) => key.replace(/[^\w-]/g, "\\$&")).join("|");
  const pattern = new RegExp(`(?<![\\w-])(${names})(?![\\w-])["'\`* ]{0,6}[:=][^\\S\\n]*`, "gi");
  const found: Assignment[] = [];
  let at = line;
  for (;;) {
    const lineEnd = endOfLine(plain, at);
    const rest = plain.slice(at, lineEnd);
    budget.left -= rest.length;
    pattern.lastIndex = 0;
    const match = pattern.exec(rest);
    if (!match || budget.left <= 0) {
      return /^\s*($|[,;|#/(}\])"'`*])/.test(rest) ? found : [];
    }
    if (match.index > maxWordsAround) return [];
    const { value, end } = valueAt(plain, at + pattern.lastIndex, lineEnd, shape, budget);
    const key = knownKey(match[1] as string, shape.keys) as string;
    found.push({ key, value, start: at + match.index, end });
    at = end;
  }
}

/** A bracketed value, which may go on in the next lines, or the word that stands there. */
function valueAt(
  plain: string,
  at: number,
  lineEnd: number,
  { words }: ObjectShape,
  budget: ReadBudget,
): { readonly value: unknown; readonly end: number } {
  if (/[[("']/.test(plain[at] ?? "")) {
    const read = readTolerantJson(plain, at, budget, words);
    if (read.kind === "read") return { value: read.node.value, end: read.node.end };
  }
  const [word = ""] = /^[\w.+-]*/.exec(plain.slice(at, lineEnd)) ?? [];
  const list = /^-?\d+(\.\d+)?(\s*,\s*-?\d+(\.\d+)?)+/.exec(plain.slice(at, lineEnd))?.[0];
  const value = list ?? word;
  return { value, end: at + value.length };
}

function inTables(text: string, shape: ObjectShape, budget: ReadBudget): Proposal[] {
  const found: Proposal[] = [];
  let columns: readonly (string | undefined)[] | undefined;
  for (const line of text.split("\n")) {
    budget.left -= line.length;
    const cells = cellsOf(line);
    if (cells.length < shape.keys.length || budget.left <= 0) {
      columns = undefined;
      continue;
    }
    const headings = cells.map((cell) => knownKey(cell, shape.keys));
    if (shape.keys.every((key) => headings.includes(key))) {
      columns = headings;
      continue;
    }
    if (!columns || cells.every((cell) => /^:?-*:?$/.test(cell))) continue;
    const entries = new Map<string, unknown>();
    columns.forEach((key, column) => {
      const cell = cells[column];
      if (key !== undefined && cell !== undefined) entries.set(key, cellValue(cell, shape, budget));
    });
    found.push(...proposalOf(entries, line.trim(), shape));
  }
  return found;
}

function cellsOf(line: string): readonly string[] {
  const plain = plainText(line);
  if (!plain.includes("|")) return [];
  const row = plain.trim();
  // A row that begins with a bar and does not end with one was cut off.
  if (row.startsWith("|") && !row.endsWith("|")) return [];
  const inner = row.replace(/^\||\|$/g, "");
  return inner.split("|").map((cell) => cell.replace(/[`*"]/g, "").trim());
}

function cellValue(cell: string, { words }: ObjectShape, budget: ReadBudget): unknown {
  if (!/^[[(]/.test(cell)) return cell;
  const read = readTolerantJson(cell, 0, budget, words);
  return read.kind === "read" ? read.node.value : cell;
}

/** What has most of its parts is meant as a candidate; the legality check says what it lacks. */
function proposalOf(
  entries: ReadonlyMap<string, unknown>,
  text: string,
  shape: ObjectShape,
): Proposal[] {
  if (entries.size <= shape.keys.length / 2) return [];
  return [{ text, notation: looseNotation(Object.fromEntries(entries), shape) }];
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
