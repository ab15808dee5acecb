import { z } from "zod";
import { count } from "../spec-parts.js";

/**
 * The cell space of NAS-Bench-201 (arXiv 2001.00326): a fixed network of which every cell is the
 * same small graph. The data set decides nothing but the head and the size of the maps.
 */
export const nasBench201SpecSchema = z.strictObject({
  family: z.literal("nas-bench-201"),
  classes: count,
  /** Side of the square input in pixels; a multiple of 4, which the two reductions quarter. */
  resolution: count.refine((side) => side % 4 === 0, "allowed are multiples of 4"),
  /**
   * In prompts and answers operators get letters instead of names, in an order that this seed draws:
   * what a model has read about operators or about this benchmark is of no use then. Identity, files
   * and costs stay the same.
   */
  permuteOperators: z.int().nonnegative().optional(),
});

export type NasBench201Spec = z.infer<typeof nasBench201SpecSchema>;
