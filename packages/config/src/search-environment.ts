import { CollmError } from "@collm/errors";
import { z } from "zod";
import { type Env, parseJson } from "./env-values.js";
import { splitPlayers } from "./player-spec.js";
import { searchFileSchema } from "./search-file.js";
import type { SettingsSource } from "./search-settings.js";

const prefix = "COLLM_SEARCH_";

/** A key of the configuration file that is no section. */
interface Setting {
  readonly path: readonly string[];
  /** Zod's name of its type. */
  readonly type: string;
}

/**
 * Settings of the environment. A variable's name is the key's path in the configuration file, with
 * underscores: `COLLM_SEARCH_MAX_MACS=1.2M` is `maxMacs`, `COLLM_SEARCH_NAVIGATOR_TEMPERATURE=0.2`
 * is `navigator.temperature`. An empty value means unset.
 *
 * @throws CollmError invalid-argument that names every unknown variable and lists the known ones
 */
export function readSearchEnvironment(env: Env): SettingsSource {
  const known = new Map(
    settingsOf(searchFileSchema).map((setting) => [variableOf(setting.path), setting]),
  );
  const values: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || text === undefined || text === "") continue;
    const setting = known.get(variable);
    if (setting === undefined) unknown.push(variable);
    else assign(values, setting.path, typedValue(text, setting.type));
  }
  if (unknown.length > 0) {
    throw new CollmError(
      "invalid-argument",
      `environment: ${unknown.join(", ")}: unknown variable, allowed are ${[...known.keys()].join(", ")}`,
    );
  }
  return { name: "environment", values, nameOf: variableOf };
}

function settingsOf(object: z.ZodObject, path: readonly string[] = []): readonly Setting[] {
  return Object.entries(object.shape).flatMap(([key, schema]): readonly Setting[] => {
    const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    const at = [...path, key];
    return inner instanceof z.ZodObject
      ? settingsOf(inner, at)
      : [{ path: at, type: inner._zod.def.type }];
  });
}

/** `COLLM_SEARCH_NAVIGATOR_BASE_URL` for `navigator.baseUrl`. */
export function variableOf(path: readonly PropertyKey[]): string {
  const words = path.map((key) => String(key).replace(/[A-Z]/g, (letter) => `_${letter}`));
  return prefix + words.join("_").toUpperCase();
}

/** What cannot be read as the type stays text, which the schema then refuses by name. */
function typedValue(text: string, type: string): unknown {
  if (type === "array") return splitPlayers(text);
  if (type === "record") return parseJson(text) ?? text;
  if (type === "boolean" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  if (type !== "number" || text.trim() === "" || Number.isNaN(Number(text))) return text;
  return Number(text);
}

function assign(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    values[key] = value;
    return;
  }
  const section = (values[key] ?? {}) as Record<string, unknown>;
  assign(section, rest, value);
  values[key] = section;
}
