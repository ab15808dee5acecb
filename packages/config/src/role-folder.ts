import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { CollmError, errnoOf, fileError } from "@collm/errors";
import type { Env } from "./env-values.js";

/** Where Kubernetes links to the files of a mounted ConfigMap or Secret; it swaps the link for a new version. */
const versionLink = "..data";

/** How often a folder is read again because its version went away under the reader. */
const attempts = 5;

/**
 * The variables with those of a folder in their place: one file per variable, its name the variable's and
 * its content the value, without the line end behind it. Files that are not named `COLLM_…` are left alone.
 *
 * @param variable which one names the folder; without it there is none
 * @param isAllowed whether the folder may set a variable
 * @param allowed which it may, in words
 * @throws CollmError that names the folder or the file, and what is allowed
 */
export function withFolder(
  env: Env,
  variable: string,
  isAllowed: (name: string) => boolean,
  allowed: string,
): Env {
  const folder = env[variable];
  if (folder === undefined || folder === "") return env;
  const values = readVersion(variable, folder);
  if (Object.keys(values).length === 0) {
    // Somebody who is about to write it: it must not mean the environment alone.
    throw new CollmError(
      "invalid-argument",
      `${variable}: folder ${folder} is empty, it needs a file for each variable: ${allowed}`,
    );
  }
  const unknown = Object.keys(values).filter((name) => !isAllowed(name));
  if (unknown.length > 0) {
    const files = unknown.map((name) => join(folder, name)).join(", ");
    throw new CollmError(
      "invalid-argument",
      `${variable}: ${files}: unknown variable, allowed are ${allowed}`,
    );
  }
  return { ...env, ...values };
}

/** All files of one version: none may be of the one before a change and another of the one after it. */
function readVersion(variable: string, folder: string): Record<string, string> {
  for (let attempt = 1; ; attempt++) {
    const version = versionOf(folder);
    try {
      const values = readFiles(version ?? folder);
      if (version === versionOf(folder)) return values;
    } catch (error) {
      // A version that was replaced is removed.
      const isReplaced = errnoOf(error) === "ENOENT" && version !== versionOf(folder);
      if (!isReplaced) throw fileError(`${variable}: folder`, folder, error);
    }
    if (attempt === attempts) {
      throw new CollmError("unavailable", `${variable}: folder ${folder} changes all the time`);
    }
  }
}

/** The folder that the link leads to; undefined where the files are in the folder itself. */
function versionOf(folder: string): string | undefined {
  try {
    return realpathSync(join(folder, versionLink));
  } catch {
    return undefined;
  }
}

function readFiles(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.startsWith("COLLM_"));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(folder, name), "utf8").replace(/\r?\n$/, "")]),
  );
}
