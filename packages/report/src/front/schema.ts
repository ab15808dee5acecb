import { z } from "zod";
import { searchResultSchema } from "../result/schema.js";

/** Version of `front.json`; it rises when a field changes its meaning or goes away. */
export const frontSchemaVersion = 1;

const { evaluations, supernet, digests, status, limits, best } = searchResultSchema.shape;

const costKinds = ["officialFlops", "macs", "paramsCount"] as const;

/**
 * The content of `front.json`: what several searches of one supernet found together. Accuracies are
 * of the validation split.
 */
export const searchFrontSchema = z
  .strictObject({
    schemaVersion: z.literal(frontSchemaVersion),
    supernet,
    digests,
    cost: z.enum(costKinds).describe("The cost that accuracy is shown against"),
    searches: z
      .array(
        z.strictObject({
          searchId: z.string(),
          searcher: z.string(),
          status,
          limits,
          evaluations: evaluations.pick({ evaluated: true, fromStore: true }),
          best,
        }),
      )
      .describe("In the order of their limits"),
    networks: z.int().nonnegative().describe("Different architectures that were evaluated"),
    front: z
      .array(
        z.strictObject({
          canonical: z.string(),
          notation: best.unwrap().shape.notation,
          validation: best.unwrap().shape.validation,
          cost: best.unwrap().shape.cost,
          searchIds: z.array(z.string()).describe("Searches that evaluated it"),
        }),
      )
      .describe("What no other evaluated subnet beats at its cost, cheapest first"),
  })
  .describe("Several searches of one supernet and their common Pareto front");

export type SearchFront = z.infer<typeof searchFrontSchema>;

/** JSON Schema (2020-12) of `front.json`; committed as `front.schema.json`. */
export function frontJsonSchema(): Record<string, unknown> {
  return { title: "front.json", ...z.toJSONSchema(searchFrontSchema) };
}
