import { readFileSync } from "node:fs";
import { CollmError, fileError } from "@collm/errors";

/**
 * Reads a small file that a variable names: a key or certificates. An error names the variable and
 * the file, never what is in it.
 *
 * @throws CollmError
 */
export function readTextFile(variable: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(`${variable}: file`, path, error);
  }
}

/**
 * A key from a file, without the end of line that editors leave.
 *
 * @throws CollmError
 */
export function readKeyFile(variable: string, path: string): string {
  const key = readTextFile(variable, path).trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new CollmError(
    "invalid-argument",
    `${variable}: ${path} holds something that is not shown, allowed is a key of printable ASCII without spaces`,
  );
}
