/**
 * What an architecture looks like in a space's JSON Schema, as far as finding one in an answer
 * needs it: an object with these keys, a list, or a string.
 */
export type NotationShape =
  | { readonly kind: "object"; readonly keys: readonly string[] }
  | { readonly kind: "list" }
  | { readonly kind: "string" };

/** The shape that a notation's JSON Schema describes. */
export function notationShape(schema: Readonly<Record<string, unknown>>): NotationShape {
  if (schema.type === "array") return { kind: "list" };
  if (schema.type === "string") return { kind: "string" };
  return { kind: "object", keys: Object.keys(Object(schema.properties)) };
}

/** An object of any keys: what is assumed where the space is not known. */
export const anyObject: NotationShape = { kind: "object", keys: [] };
