import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What zod found wrong with `value`, one sentence per problem, with the field's path and value. */
export function manifestProblems(error: z.ZodError, value: unknown): readonly string[] {
  return error.issues.map((issue) => describeIssue(issue, value));
}

function describeIssue(issue: Issue, root: unknown): string {
  const field = issue.path.length === 0 ? "the manifest" : fieldName(issue.path);
  if (issue.code === "unrecognized_keys") {
    const keys = issue.keys.map((key) => fieldName([...issue.path, key])).join(", ");
    return `${keys}: unknown key in ${field}`;
  }
  const got = `${field}: got ${show(valueAt(root, issue.path))}`;
  return issue.code === "custom"
    ? `${got}, but ${issue.message}`
    : `${got}, allowed is ${allowed(issue)}`;
}

function allowed(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "an integer" : withArticle(issue.expected);
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "invalid_union":
      return issue.errors.flatMap((branch) => branch.map(allowed)).join(" or ");
    case "too_small":
      return tooSmall(issue);
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_format":
      return issue.pattern === undefined ? issue.format : `text that matches ${issue.pattern}`;
    default:
      return issue.message;
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === "string") return "text that is not empty";
  if (issue.origin === "array") return `a list of at least ${issue.minimum}`;
  return `a number ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
}

function withArticle(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    array: "a list",
    tuple: "a list of 3 numbers",
    object: "a mapping",
    boolean: "true or false",
  };
  return names[expected] ?? `a ${expected}`;
}

/** `stages[2].width` */
function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
