import type { Notation, Rng } from "@collm/search-space";

/** Writes a notation as one piece of text that stands for it. */
export interface NotationStyle {
  readonly name: string;
  /** Undefined where the style has no way to write this notation. */
  write(notation: Notation, rng: Rng): string | undefined;
}

type Entries = Readonly<Record<string, unknown>>;

const json = (value: unknown): string => JSON.stringify(value);
const isList = (notation: Notation): notation is readonly unknown[] => Array.isArray(notation);
const entriesOf = (notation: Notation): Entries | undefined =>
  typeof notation === "object" && !isList(notation) ? notation : undefined;

function shuffled<T>(list: readonly T[], rng: Rng): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(rng.int(rest.length), 1)[0] as T);
}

/** An object written entry by entry; undefined for a list. */
function byEntry(
  notation: Notation,
  write: (key: string, value: unknown) => string,
  between = ", ",
): string | undefined {
  const entries = entriesOf(notation);
  return (
    entries &&
    `{${Object.entries(entries)
      .map(([key, value]) => write(key, value))
      .join(between)}}`
  );
}

function eachNumber(value: unknown, write: (number: number) => unknown): unknown {
  if (typeof value === "number") return write(value);
  return Array.isArray(value) ? value.map((entry) => eachNumber(entry, write)) : value;
}

/** ASCII quotes as pairs of typographic ones. */
function withQuotes(text: string, opening: string, closing: string): string {
  let count = 0;
  return text.replace(/"/g, () => (count++ % 2 === 0 ? opening : closing));
}

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) =>
    String.fromCharCode(character.charCodeAt(0) + 0xfee0),
  );
}

/** What a model notes down beside an architecture. */
const notes = [
  '"id": 3',
  '"name": "wide and shallow"',
  '"why": "the \\"late\\" stages matter, see [2] {above}"',
  '"comment": "增加深度，减小分辨率"',
  '"flops": 312000000',
  '"feasible": true',
  '"理由": "后期阶段更宽"',
  '"predicted_top1": 77.4',
];

/** Words around a key, as models explain it. */
const keyDress: readonly ((key: string) => string)[] = [
  (key) => `${key} (see the strategy)`,
  (key) => `卷积 ${key}`,
  (key) => `${key}（选择）`,
  (key) => ` ${key} `,
  (key) => `**${key}**`,
];

export const notationStyles: readonly NotationStyle[] = [
  { name: "compact", write: json },
  { name: "spaced", write: (notation) => json(notation).replace(/([,:])/g, "$1 ") },
  { name: "pretty", write: (notation) => JSON.stringify(notation, null, 2) },
  {
    name: "shuffled keys",
    write: (notation, rng) => {
      const entries = entriesOf(notation);
      return entries && json(Object.fromEntries(shuffled(Object.entries(entries), rng)));
    },
  },
  { name: "single quotes", write: (notation) => json(notation).replaceAll('"', "'") },
  { name: "smart quotes", write: (notation) => withQuotes(json(notation), "“", "”") },
  { name: "corner quotes", write: (notation) => withQuotes(json(notation), "「", "」") },
  { name: "full width", write: (notation) => fullWidth(json(notation)) },
  {
    name: "Chinese commas",
    write: (notation) => json(notation).replaceAll(",", "，").replaceAll(":", "："),
  },
  {
    name: "bare keys",
    write: (notation) => byEntry(notation, (key, value) => `${key}: ${json(value)}`),
  },
  {
    name: "bare words",
    write: (notation) =>
      byEntry(
        notation,
        (key, value) => `${key}: ${typeof value === "string" ? value : json(value)}`,
      ),
  },
  {
    name: "equals signs",
    write: (notation) => byEntry(notation, (key, value) => `${key} = ${json(value)}`),
  },
  {
    name: "numbers as strings",
    write: (notation) =>
      isList(notation)
        ? json(eachNumber(notation, String))
        : byEntry(notation, (key, value) => `"${key}": ${json(eachNumber(value, String))}`),
  },
  {
    name: "lists as strings",
    write: (notation) =>
      byEntry(
        notation,
        (key, value) => `"${key}": ${json(Array.isArray(value) ? value.join(", ") : value)}`,
      ),
  },
  {
    name: "decimals",
    write: (notation) => json(notation).replace(/(?<=[[,:])(\d+)(?=[,\]}])/g, "$1.0"),
  },
  { name: "trailing commas", write: (notation) => json(notation).replace(/([\]}])/g, ",$1") },
  {
    name: "missing commas",
    write: (notation) => json(notation).replaceAll(",", "\n"),
  },
  {
    name: "comments",
    write: (notation) =>
      byEntry(
        notation,
        (key, value) => `"${key}": ${json(value)}`,
        ", // as in {the} best\n  ",
      )?.replace("{", "{ # start [here]\n  ") ?? json(notation).replace("[", "[ /* first: */ "),
  },
  {
    name: "tuples",
    write: (notation) =>
      byEntry(
        notation,
        (key, value) => `"${key}": ${json(value).replace("[", "(").replace("]", ")")}`,
      ),
  },
  {
    name: "repeated lists",
    write: (notation) =>
      byEntry(notation, (key, value) => {
        const isUniform =
          Array.isArray(value) && value.length > 1 && value.every((entry) => entry === value[0]);
        return `"${key}": ${isUniform ? `[${json(value[0])}] * ${value.length}` : json(value)}`;
      }),
  },
  {
    name: "notes beside",
    write: (notation, rng) => {
      const own = byEntry(notation, (key, value) => `"${key}": ${json(value)}`);
      if (own === undefined) return undefined;
      const [first, second] = shuffled(notes, rng);
      return `{${first}, ${own.slice(1, -1)}, ${second}}`;
    },
  },
  {
    name: "quotes in a note",
    write: (notation) =>
      byEntry(notation, (key, value) => `"${key}": ${json(value)}`)?.replace(
        "{",
        '{"why": "the "deep" one, it\'s new", ',
      ),
  },
  {
    name: "dressed keys",
    write: (notation, rng) => {
      const dress = rng.pick(keyDress);
      return byEntry(notation, (key, value) => `"${dress(key)}": ${json(value)}`);
    },
  },
  {
    name: "odd blanks",
    write: (notation) => json(notation).replace(/,/g, ",\u200b\u00a0").replace(/:/g, "\u3000:\t"),
  },
];
