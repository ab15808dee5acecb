import { CollmError } from "@collm/errors";

/** Reads a `*_json` field of a message. Throws `invalid-argument` naming the field. */
export function parseJsonField(field: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CollmError("invalid-argument", `${field}: got text that is not JSON (${problem})`, {
      cause: error,
    });
  }
}

/** A message that proto3 lets be absent and ours do not. Throws `invalid-argument`. */
export function requireField<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw new CollmError("invalid-argument", `${field}: is missing`);
  return value;
}
