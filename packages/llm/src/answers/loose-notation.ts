import type { NotationShape } from "./notation-shape.js";
import { plainText } from "./plain-characters.js";

type Entries = Readonly<Record<string, unknown>>;
type ObjectShape = Extract<NotationShape, { kind: "object" }>;

/**
 * The notation that a value was meant as, or undefined if it is none of this shape. Without
 * changing what is meant it repairs how it is written: numbers as strings, lists as strings, keys
 * with words around them (`ks (kernel)`), and what a model notes down beside an architecture (`id`,
 * `why`, `flops`). Everything else stays, for the legality check to judge.
 */
export function looseNotation(value: unknown, shape: NotationShape): unknown {
  switch (shape.kind) {
    case "string":
      return typeof value === "string" ? value : undefined;
    case "list":
      return looseList(value, shape.length);
    case "object":
      return isObject(value) ? looseObject(value, shape) : undefined;
  }
}

/** Whether the value is an object and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The key of the notation that was meant by one with words or marks around it. */
export function knownKey(written: string, keys: readonly string[]): string | undefined {
  if (keys.includes(written)) return written;
  if (written.length > maxKeyCharacters) return undefined;
  const words = plainText(written)
    .replace(/\s*(->|=>|→)\s*/g, "-")
    .toLowerCase()
    .split(/[^a-z0-9_-]+/);
  const meant = keys.filter((key) => words.includes(key.toLowerCase()));
  return meant.length === 1 ? meant[0] : undefined;
}

const maxKeyCharacters = 60;

/** Short lists in prose (`kernels [3, 5]`) are not meant as architectures. */
function looseList(value: unknown, length = 0): unknown {
  if (!Array.isArray(value) || value.length < Math.max(2, length / 2)) return undefined;
  const numbers = value.map(looseNumber);
  return numbers.every((entry) => typeof entry === "number") ? numbers : undefined;
}

function looseObject(value: Entries, shape: ObjectShape): unknown {
  const { keys, words = [] } = shape;
  if (keys.length === 0) return holdsObjects(value) ? undefined : value;
  const entries = Object.entries(value);
  const taken = new Set(keys.filter((key) => Object.hasOwn(value, key)));
  const named = entries.map(([written, entry]) => {
    const key = knownKey(written, keys);
    if (key === undefined || (key !== written && taken.has(key))) {
      return { name: written, isKnown: false, entry };
    }
    taken.add(key);
    return { name: key, isKnown: true, entry: looseValue(entry, words) };
  });
  if (taken.size === 0) return undefined;
  const isWhole = taken.size === keys.length;
  const kept = named.filter(
    ({ name, isKnown, entry }) => isKnown || !isWhole || !isNote(name, entry),
  );
  return Object.fromEntries(kept.map(({ name, entry }) => [name, entry]));
}

const noteName =
  /^(_.*|id|idx|index|no|nr|number|rank|name|label|title|macs|m?flops|params|parameters|cost|size|accuracy|top1|score|confidence|编号|序号)$|^(expected|estimated|predicted|approx)/i;

/** Text and yes or no beside an architecture say nothing of it; of numbers that goes by their name. */
function isNote(name: string, value: unknown): boolean {
  // `3-0` would be another edge, `stage5` another stage.
  if (/^\d|\d$/.test(name) && !noteName.test(name)) return false;
  return typeof value === "string" || typeof value === "boolean" || value === null
    ? true
    : typeof value === "number" && noteName.test(name);
}

function looseValue(value: unknown, words: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map(looseNumber);
  if (typeof value !== "string") return value;
  if (words.length > 0) {
    const word = plainText(value).trim().toLowerCase();
    return words.find((choice) => choice.toLowerCase() === word) ?? value;
  }
  return numberList(value) ?? looseNumber(value);
}

function looseNumber(value: unknown): unknown {
  if (typeof value !== "string" || value.length > 20) return value;
  const text = plainText(value).trim();
  return /^[-+]?\d+(\.\d+)?$/.test(text) ? Number(text) : value;
}

/** `3, 5, 7`, with or without brackets. */
function numberList(text: string): readonly number[] | undefined {
  if (text.length > 2_000) return undefined;
  const inner = /^\s*[[(]?\s*(-?[\d.]+(?:[\s,]+-?[\d.]+)+)\s*[\])]?\s*$/.exec(plainText(text))?.[1];
  const numbers = inner?.split(/[\s,]+/).map(Number);
  return numbers?.every(Number.isFinite) ? numbers : undefined;
}

/** Wrappers hold objects; no notation of an unknown space is taken to do so. */
function holdsObjects(value: Entries): boolean {
  return Object.values(value).some(
    (entry) => isObject(entry) || (Array.isArray(entry) && entry.some(isObject)),
  );
}
