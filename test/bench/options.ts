import { CollmError } from "@collm/errors";

/** Reads a whole number of at least `smallest`. Throws `invalid-argument` naming the flag. */
export function readCount(flag: string, text: string, smallest = 1): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= smallest) return value;
  throw new CollmError(
    "invalid-argument",
    `--${flag}: got "${text}", allowed is a whole number of at least ${smallest}`,
  );
}

/** Reads a number from 0 to 1. Throws `invalid-argument` naming the flag. */
export function readShare(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new CollmError(
    "invalid-argument",
    `--${flag}: got "${text}", allowed is a number from 0 to 1`,
  );
}

/** Reads `16,128`. */
export function readCounts(flag: string, text: string): number[] {
  return text.split(",").map((part) => readCount(flag, part));
}

/** Reads a list of names, each of them one of `allowed`. */
export function readNames<Name extends string>(
  flag: string,
  text: string,
  allowed: readonly Name[],
): Name[] {
  return text.split(",").map((part) => {
    const name = allowed.find((candidate) => candidate === part.trim());
    if (name !== undefined) return name;
    throw new CollmError(
      "invalid-argument",
      `--${flag}: got "${part}", allowed are ${allowed.join(", ")}, separated by commas`,
    );
  });
}
