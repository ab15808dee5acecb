import { z } from "zod";

const count = z.int().nonnegative();

const amountSchema = z.strictObject({
  tokens: count.describe("Input and output"),
  cost: z
    .number()
    .nonnegative()
    .optional()
    .describe("In the currency of the roles' prices; absent where no request had a price"),
});

const entrySchema = amountSchema.extend({
  requests: count,
  seconds: z.number().nonnegative(),
});

/** What language models were paid for. */
export const ledgerSchema = z
  .strictObject({
    total: entrySchema,
    budget: z.strictObject({
      tokens: z.int().positive().optional(),
      cost: z.number().positive().optional(),
    }),
    forecast: amountSchema.optional().describe("For the whole of a search that goes on"),
    perIteration: z.array(entrySchema.extend({ index: z.int().positive() })),
    perStrategy: z.array(
      entrySchema.extend({
        iteration: z.int().positive().describe("The first in which it was in force"),
        iterations: z.int().positive(),
        evaluated: count,
        gainPoints: z
          .number()
          .nonnegative()
          .optional()
          .describe("By which it raised the best validation top-1; absent for the first"),
      }),
    ),
    rejected: amountSchema
      .extend({ candidates: count })
      .describe("Shares of answers that went into candidates which were not evaluated"),
    perTenthPoint: amountSchema
      .optional()
      .describe("For each 0.1 points won after the first round with a result"),
  })
  .describe("Language models only; the heuristic costs nothing");

export type Ledger = z.infer<typeof ledgerSchema>;
export type Amount = z.infer<typeof amountSchema>;
