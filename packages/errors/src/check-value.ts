import type { z } from "zod";
import { allowedPhrase } from "./allowed-phrase.js";
import { hideCredentials } from "./hide-credentials.js";

/** A value that its schema accepts, or every problem that it has. */
export type CheckedValue<T> =
  | { readonly kind: "valid"; readonly value: T }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** How a field is called in messages. */
export type FieldName = (path: readonly PropertyKey[]) => string;

/**
 * Checks a value that came from outside. Each problem is one clause that names the field, its
 * value and what is allowed: `budget: got -3, allowed is more than 0`. A schema's own messages
 * are such phrases ("a count such as 330M"); those of refinements say what must hold ("low must
 * be below high").
 *
 * @param nameOf how the field at a path is called; default is `stages[2].width`.
 */
export function checkValue<T>(
  schema: z.ZodType<T>,
  value: unknown,
  nameOf: FieldName = (path) => fieldName(path),
): CheckedValue<T> {
  const parsed = schema.safeParse(value, { error: allowedPhrase });
  if (parsed.success) return { kind: "valid", value: parsed.data };
  const problems = parsed.error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") {
      const unknown = issue.keys.map((key) => nameOf([...issue.path, key])).join(", ");
      return `${unknown}: unknown key, allowed are ${issue.message}`;
    }
    const got = `${nameOf(issue.path)}: got ${shown(valueAt(value, issue.path))}`;
    return issue.code === "custom"
      ? `${got}, but ${issue.message}`
      : `${got}, allowed is ${issue.message}`;
  });
  return { kind: "invalid", problems };
}

/** `stages[2].width`; the empty path is `whole`. */
export function fieldName(path: readonly PropertyKey[], whole = "the document"): string {
  if (path.length === 0) return whole;
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${shownKey(String(key))}`))
    .join("")
    .replace(/^\./, "");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** Values and keys may be of any length and hold line breaks; a problem stays one clause. */
const maxShownCharacters = 60;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  // JSON has no NaN and no Infinity.
  return shorten(
    typeof value === "number" ? String(value) : hideCredentials(JSON.stringify(value)),
  );
}

function shownKey(key: string): string {
  return shorten(JSON.stringify(key).slice(1, -1));
}

function shorten(text: string): string {
  return text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters - 3)}...` : text;
}
