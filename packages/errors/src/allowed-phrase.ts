import { z } from "zod";

type Issue<Code extends z.core.$ZodIssue["code"]> = z.core.$ZodRawIssue<
  Extract<z.core.$ZodIssue, { code: Code }>
>;

/**
 * Zod's error map: the phrase that follows "allowed is". A schema's own message wins over it and
 * should therefore be such a phrase, too. Zod asks while it still knows the schema, which is what
 * makes the keys of an object known.
 */
export function allowedPhrase(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return isWholeNumber(issue.inst)
        ? wholeNumber
        : (typeNames[issue.expected] ?? issue.expected);
    case "invalid_value":
      return issue.values.map(String).join(", ");
    case "invalid_format":
      return formatPhrase(issue);
    case "too_small":
      return tooSmallPhrase(issue);
    case "too_big":
      return tooBigPhrase(issue);
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(", ") : "fewer";
    case "invalid_union":
      return unionPhrase(issue);
    case "invalid_key":
      return `keys that are ${issue.issues.map(({ message }) => message).join(" and ")}`;
    default:
      return "another value";
  }
}

/** Of text where a whole number should be, zod only says that it expects a number. */
function isWholeNumber(schema: unknown): boolean {
  return schema instanceof z.ZodNumber && schema.format?.includes("int") === true;
}

const wholeNumber = "a whole number";

const typeNames: Readonly<Record<string, string>> = {
  int: wholeNumber,
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  tuple: "a list",
  never: "nothing",
  undefined: "nothing",
};

function formatPhrase({ format, pattern }: Issue<"invalid_format">): string {
  if (format === "url") return "a URL";
  if (format === "datetime") return "a date and time in UTC (ISO 8601)";
  return pattern === undefined ? `text in the format ${format}` : `text that matches ${pattern}`;
}

function tooSmallPhrase({ origin, minimum, inclusive }: Issue<"too_small">): string {
  if (origin === "string") {
    return minimum === 1 ? "text that is not empty" : `text of at least ${minimum} characters`;
  }
  if (origin === "array") return `a list of at least ${minimum}`;
  return `${inclusive === false ? "more than" : "at least"} ${minimum}`;
}

function tooBigPhrase({ origin, maximum, inclusive }: Issue<"too_big">): string {
  if (origin === "string") return `text of at most ${maximum} characters`;
  if (origin === "array") return `a list of at most ${maximum}`;
  return `${inclusive === false ? "less than" : "at most"} ${maximum}`;
}

/** The issues of the branches are phrases already; where a tag decides, its values are listed. */
function unionPhrase(issue: Issue<"invalid_union">): string {
  const { options, errors } = issue;
  if (Array.isArray(options) && options.length > 0) return options.map(String).join(", ");
  const phrases = errors.flat().map(({ message }) => message);
  return [...new Set(phrases)].join(" or ") || "another value";
}
