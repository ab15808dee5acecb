import { describeValue, PickleDict, PickleList, type PickleValue } from "@collm/checkpoint";
import { CollmError } from "@collm/errors";

/** What is wrong with a source: which field, what was found and what was allowed. */
export function recordProblem(field: string, found: string, allowed: string): CollmError {
  return new CollmError("data-loss", `${field}: got ${found}, allowed is ${allowed}`);
}

/** A dict of a pickle, whose fields are asked for by name and type; errors name the path. */
export class Fields {
  readonly path: string;
  readonly dict: PickleDict;

  constructor(value: PickleValue | undefined, path: string) {
    if (!(value instanceof PickleDict)) {
      throw recordProblem(path || "the file", describeValue(value), "a dict");
    }
    this.path = path;
    this.dict = value;
  }

  /** Path of a field, for messages. */
  at(name: string): string {
    return this.path === "" ? name : `${this.path}/${name}`;
  }

  get(name: string): PickleValue | undefined {
    return this.dict.get(name);
  }

  fields(name: string): Fields {
    return new Fields(this.get(name), this.at(name));
  }

  text(name: string): string {
    const value = this.get(name);
    if (typeof value === "string") return value;
    throw recordProblem(this.at(name), describeValue(value), "a text");
  }

  /** Fails unless the field has exactly this value. */
  expect(name: string, expected: number | string): void {
    const value = this.get(name);
    if (value === expected) return;
    throw recordProblem(this.at(name), describeValue(value), `${expected}`);
  }

  number(name: string, range: NumberRange): number {
    return checkNumber(this.get(name), this.at(name), range);
  }

  /** Items of a list. */
  list(name: string): readonly PickleValue[] {
    const value = this.get(name);
    if (value instanceof PickleList) return value.items;
    throw recordProblem(this.at(name), describeValue(value), "a list");
  }

  /** A dict of numbers by epoch or by `split@epoch`, each checked. */
  numbers<Key extends number | string>(
    name: string,
    keyType: Key extends number ? "number" : "string",
    range: NumberRange,
  ): Map<Key, number> {
    const path = this.at(name);
    const numbers = new Map<Key, number>();
    for (const [key, value] of this.fields(name).dict.entries()) {
      const found: string = typeof key;
      if (found !== keyType) {
        throw recordProblem(`a key of ${path}`, describeValue(key), `a ${keyType}`);
      }
      numbers.set(key as Key, checkNumber(value, `${path}[${key}]`, range));
    }
    return numbers;
  }
}

/** What numbers are allowed, inclusive; NaN and infinities never are. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

export const percent: NumberRange = { from: 0, to: 100 };
/** Losses and seconds. */
export const anySize: NumberRange = { from: 0, to: Number.MAX_VALUE };
/** Millions of operations and parameters; a network has some. */
export const someSize: NumberRange = { from: 1e-6, to: 1e6 };

export function checkNumber(
  value: PickleValue | undefined,
  field: string,
  { from, to }: NumberRange,
): number {
  // Means of single precision go a little beyond, such as 100.00000001.
  const most = to === Number.MAX_VALUE ? to : to * (1 + 1e-6);
  if (typeof value === "number" && value >= from && value <= most) return value;
  const allowed = to === Number.MAX_VALUE ? `a number of at least ${from}` : `${from} to ${to}`;
  throw recordProblem(field, describeValue(value), allowed);
}
