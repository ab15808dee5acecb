import type { z } from "zod";

/**
 * The problems that zod found, each as one clause that names the field, the value and what is
 * allowed.
 */
export function problemsOf(error: z.ZodError, input: unknown): readonly string[] {
  return error.issues.map((issue) => {
    const field = issue.path.map(String).join(".") || "the document";
    const got = show(valueAt(input, issue.path));
    switch (issue.code) {
      case "unrecognized_keys":
        return `${issue.keys.map((key) => [...issue.path, key].join(".")).join(", ")}: unknown key`;
      case "invalid_value":
        return `${field}: got ${got}, allowed is ${issue.values.map(String).join(", ")}`;
      case "invalid_type":
        return `${field}: got ${got}, allowed is ${article(issue.expected)}`;
      case "too_small":
        return `${field}: got ${got}, allowed is ${bound(issue, issue.minimum, "more than", "at least")}`;
      case "too_big":
        return `${field}: got ${got}, allowed is ${bound(issue, issue.maximum, "less than", "at most")}`;
      default:
        return `${field}: got ${got}, ${issue.message}`;
    }
  });
}

function bound(
  issue: { readonly inclusive?: boolean | undefined },
  limit: number | bigint,
  exclusive: string,
  inclusive: string,
): string {
  return `${issue.inclusive === false ? exclusive : inclusive} ${limit}`;
}

function article(expected: string): string {
  const names: Record<string, string> = {
    int: "a whole number",
    number: "a number",
    string: "text",
    boolean: "true or false",
    object: "a mapping",
    array: "a list",
  };
  return names[expected] ?? expected;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
