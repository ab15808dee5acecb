import { z } from "zod";

/** A positive whole number. */
export const count = z.int().positive();

/**
 * The options of one kind of gene: distinct and ascending.
 *
 * @param what names the list in the message, e.g. `depths`.
 */
export function ascendingChoices(what: string, option: z.ZodType<number> = count) {
  return z
    .array(option)
    .min(1)
    .refine(
      (list) => list.every((value, i) => i === 0 || value > (list[i - 1] as number)),
      `${what} must be distinct and ascending`,
    );
}
