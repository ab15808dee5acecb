import { CollmError, hideCredentials } from "@collm/errors";
import { z } from "zod";

/** Variables as `process.env` holds them. */
export type Env = Readonly<Record<string, string | undefined>>;

/*
 * Schemas of single variables. The message of each is the phrase that follows "allowed is", so
 * that `readEnv` can name variable, value and what is allowed in one clause.
 */

/** A whole number from `min` to `max`, in decimal digits. */
export function integer(min: number, max: number, unit = "") {
  const phrase = `a whole number${unit && ` of ${unit}`} from ${min} to ${max}`;
  return z.string(phrase).transform((text, context) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    context.addIssue({ code: "custom", message: phrase });
    return z.NEVER;
  });
}

/** A decimal number from `min` to `max`. */
export function decimal(min: number, max: number) {
  const phrase = `a number from ${min} to ${max}`;
  return z.string(phrase).transform((text, context) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= min && value <= max) return value;
    context.addIssue({ code: "custom", message: phrase });
    return z.NEVER;
  });
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, `one of ${values.join(", ")}`);
}

/** Any text but the empty one; `phrase` says what it should be. */
export function text(phrase: string) {
  return z.string(phrase).min(1, phrase);
}

/** A bearer token. */
export function apiKey() {
  const phrase = "printable ASCII without spaces";
  return z.string(phrase).regex(/^[\x21-\x7e]+$/, phrase);
}

/** A JSON object, in one line of text. */
export function jsonObject() {
  const phrase = 'a JSON object such as {"top_k": 20}';
  return z.string(phrase).transform((text, context): Readonly<Record<string, unknown>> => {
    const value = parseJson(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
    context.addIssue({ code: "custom", message: phrase });
    return z.NEVER;
  });
}

/** The value of a JSON text; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const onePlace = /^(unix:[^\s,]+|(dns:\/\/\/)?[^\s/,]+:(?<port>\d{1,5}))$/;
const highestPort = 65_535;

/** What `parseAddresses` takes. */
export const addressesPhrase =
  "HOST:PORT, dns:///HOST:PORT or unix:PATH, or several separated by commas";

/** Where a gRPC client connects to, one place or several that do the same; undefined for what is none. */
export function parseAddresses(text: string): string | undefined {
  const places = text.split(",").map((place) => place.trim());
  const isPlace = (place: string): boolean => {
    const match = onePlace.exec(place);
    return match !== null && Number(match.groups?.port ?? 0) <= highestPort;
  };
  return places.every(isPlace) ? places.join(",") : undefined;
}

/** Where a gRPC client connects to: one place, or several that do the same. */
export function addresses() {
  return z.string(addressesPhrase).transform((value, context) => {
    const parsed = parseAddresses(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: addressesPhrase });
    return z.NEVER;
  });
}

/** A URL with a password in it is refused: it would be journaled, logged and shown. */
export function httpUrl() {
  return z
    .url({ protocol: /^https?$/, error: "an http or https URL", abort: true })
    .superRefine((value, context) => {
      const { username, password } = new URL(value);
      if (username === "" && password === "") return;
      const message =
        "an http or https URL without user name and password (COLLM_<ROLE>_API_KEY is kept secret)";
      context.addIssue({ code: "invalid_format", format: "url", message });
    });
}

/** Names separated by commas, at least one; spaces around them are dropped. */
export function list(phrase: string) {
  return z.string(phrase).transform((value, context) => {
    const names = value.split(",").flatMap((name) => name.trim() || []);
    if (names.length > 0) return names;
    context.addIssue({ code: "custom", message: phrase });
    return z.NEVER;
  });
}

/** Becomes part of a subject and of a consumer's name on NATS. */
function isPool(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name);
}

/** The name of a pool of evaluators. */
export function pool() {
  const phrase = "a name of lower-case letters, digits and dashes";
  return z.string(phrase).refine(isPool, phrase);
}

/** Names of pools, separated by commas. */
export function pools() {
  const phrase = "names of lower-case letters, digits and dashes, separated by commas";
  return list(phrase).refine((names) => names.every(isPool), phrase);
}

/**
 * Reads variables. An empty value means unset, as it does in compose files; unknown variables are
 * ignored, since services share one environment. Values of `*_API_KEY`, and NATS servers
 * with a password, are never shown.
 *
 * @throws CollmError invalid-argument that names every wrong variable, its value and what is allowed
 */
export function readEnv<Result>(schema: z.ZodType<Result>, env: Env): Result {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  const clauses = parsed.error.issues.map(({ path, message }) => {
    const variable = String(path[0] ?? "environment");
    return `${variable}: ${shown(variable, set[variable])}, allowed is ${message}`;
  });
  throw new CollmError("invalid-argument", [...new Set(clauses)].join("; "));
}

function shown(variable: string, value: string | undefined): string {
  if (value === undefined) return "is not set";
  const isSecret =
    variable.endsWith("_API_KEY") || (variable === "COLLM_NATS_URL" && value.includes("@"));
  return isSecret ? "got a value that is not shown" : `got "${hideCredentials(value)}"`;
}
