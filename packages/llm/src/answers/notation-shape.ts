/**
 * What an architecture looks like in a space's JSON Schema, as far as finding one in an answer
 * needs it: an object with these keys, a list, or a string.
 */
export type NotationShape =
  | {
      readonly kind: "object";
      readonly keys: readonly string[];
      /** Words that stand for choices, where the space has any. */
      readonly words?: readonly string[] | undefined;
    }
  | {
      readonly kind: "list";
      /** Entries of every architecture's list, where it is known. */
      readonly length?: number | undefined;
    }
  | { readonly kind: "string" };

type Schema = Readonly<Record<string, unknown>>;

/** The shape that a notation's JSON Schema describes. */
export function notationShape(schema: Schema): NotationShape {
  if (schema.type === "array") {
    const { minItems } = schema;
    return { kind: "list", ...(typeof minItems === "number" ? { length: minItems } : {}) };
  }
  if (schema.type === "string") return { kind: "string" };
  const properties = Object(schema.properties) as Readonly<Record<string, Schema>>;
  const words = Object.values(properties).flatMap(({ enum: choices }) =>
    Array.isArray(choices) ? choices.filter((choice) => typeof choice === "string") : [],
  );
  return {
    kind: "object",
    keys: Object.keys(properties),
    ...(words.length > 0 ? { words: [...new Set<string>(words)] } : {}),
  };
}

/** An object of any keys: what is assumed where the space is not known. */
export const anyObject: NotationShape = { kind: "object", keys: [] };
