/**
 * What a pickle's program leaves behind: plain values, and inert stand-ins for everything else.
 * Nothing here can run, and containers may hold themselves, so walks must be bounded.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleGlobal
  | PickleObject
  | Opaque;

export class PickleTuple {
  readonly kind = "tuple";
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

const noItems: readonly PickleValue[] = [];

export class PickleList {
  readonly kind = "list";
  /** Made when it is needed: hostile files hold empty lists and dicts by the thousand. */
  #items: PickleValue[] | undefined;

  get items(): readonly PickleValue[] {
    return this.#items ?? noItems;
  }

  append(value: PickleValue): void {
    if (this.#items) this.#items.push(value);
    else this.#items = [value];
  }
}

/** A dict or OrderedDict. Keys are not compared when they are set: a repeated key stays twice. */
export class PickleDict {
  readonly kind = "dict";
  /** Keys and values by turns; a Map would take 200 bytes where most dicts have no entry. */
  #flat: PickleValue[] | undefined;

  get size(): number {
    return (this.#flat?.length ?? 0) / 2;
  }

  set(key: PickleValue, value: PickleValue): void {
    if (this.#flat) this.#flat.push(key, value);
    else this.#flat = [key, value];
  }

  *entries(): Generator<readonly [key: PickleValue, value: PickleValue]> {
    const flat = this.#flat ?? noItems;
    for (let i = 0; i < flat.length; i += 2) {
      yield [flat[i] as PickleValue, flat[i + 1] as PickleValue];
    }
  }

  /** The value last set for a key; undefined where there is none. */
  get(name: string): PickleValue | undefined {
    const flat = this.#flat ?? noItems;
    const at = flat.findLastIndex((key, i) => i % 2 === 0 && key === name);
    return at < 0 ? undefined : flat[at + 1];
  }
}

/** A class or function of the closed list. */
export class PickleGlobal {
  readonly kind = "global";
  /** `module.name` */
  readonly name: string;
  /** Our own counterpart of calling it; undefined: calls give inert values. */
  readonly call: PickleCall | undefined;

  constructor(name: string, call?: PickleCall) {
    this.name = name;
    this.call = call;
  }
}

/** `byteOffset` is where the file calls. */
export type PickleCall = (args: readonly PickleValue[], byteOffset: number) => PickleValue;

/** Base of what calls of the closed list make (tensors, storages). */
export abstract class PickleObject {
  readonly kind = "object";
  /** For messages. */
  abstract readonly what: string;

  /** Takes what BUILD gives it; without this, BUILD on the object is an error. */
  setState?(state: PickleValue, byteOffset: number): void;
}

/** Something that is not of the closed list, or was made from such a thing. It only knows its name. */
export class Opaque {
  readonly kind = "opaque";
  /** For messages: `argparse.Namespace`. */
  readonly what: string;
  /** Where in the file it comes from. */
  readonly byteOffset: number;

  constructor(what: string, byteOffset: number) {
    this.what = what;
    this.byteOffset = byteOffset;
  }
}

/** A value for messages, short whatever it is. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value === "string") return `the text ${quoteText(value)}`;
  if (typeof value !== "object") return shorten(`${typeof value} ${value}`);
  switch (value.kind) {
    case "tuple":
    case "list":
      return `a ${value.kind} of ${value.items.length}`;
    case "dict":
      return `a dict of ${value.size}`;
    case "global":
      return value.name;
    case "object":
    case "opaque":
      return shorten(value.what);
  }
}

/** Text from a file, quoted and short. */
export function quoteText(text: string): string {
  return JSON.stringify(shorten(text));
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
