import { type FinishReason, type RejectionReason, searchConfigSchema } from "@collm/search";
import { z } from "zod";
import { ledgerSchema } from "./ledger-schema.js";

/** Version of `result.json`; it rises when a field changes its meaning or goes away. */
export const resultSchemaVersion = 1;

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const percent = z.number().min(0).max(100);

const accuracySchema = z.strictObject({
  top1Percent: percent,
  top5Percent: percent.optional().describe("Absent where it is not known, as from a table"),
  images: z.int().positive(),
});

const costSchema = z.strictObject({
  macs: count.describe("Multiply-accumulates of one forward pass with one image"),
  officialFlops: count.describe("What the family's original counter prints"),
  paramsCount: count.describe("Trainable parameters of the extracted subnet"),
});

/** Every reason is there, so that readers can chart a run without asking which exist. */
const rejectionsSchema = z.strictObject({
  unparsable: count,
  illegal: count,
  duplicate: count,
  isomorphic: count.describe("The same graph as one proposed before"),
  "over-limit": count,
  surplus: count.describe("Legal and novel, but the budget was spent"),
} satisfies Record<RejectionReason, z.ZodType>);

const finishReasonSchema = z.enum([
  "target",
  "budget",
  "iterations",
  "stalled",
  "llm-budget",
  "cancelled",
] satisfies FinishReason[]);

const bestSchema = z.strictObject({
  canonical: z.string().describe("Identity of the architecture within its search space"),
  notation: z
    .union([
      z.record(z.string(), z.unknown()).readonly(),
      z.array(z.unknown()).readonly(),
      z.string(),
    ])
    .describe("The architecture in the notation of the family's original project"),
  candidateId: z.string(),
  iteration: z.int().positive(),
  origin: z
    .string()
    .describe("Who proposed it: a role (generator, navigator), the searcher, or fallback"),
  validation: accuracySchema,
  cost: costSchema,
});

const funnelSchema = z
  .strictObject({
    proposed: count,
    parsed: count,
    legal: count,
    novel: count,
    evaluated: count,
    feasible: count.describe("Legal, novel and within the limits"),
  })
  .describe("proposed >= parsed >= legal >= novel >= evaluated, with feasible beside them");

const roleSchema = z.strictObject({
  backend: z
    .string()
    .describe("Several, in order, where a resumed search was given another one or it changed"),
  kind: z
    .enum(["language-model", "replay", "heuristic", "mixed"])
    .describe("heuristic: rules of this software, no language model; mixed: it changed"),
  changes: z
    .array(
      z.strictObject({
        iteration: z.int().positive().describe("Of the first answer after the change"),
        from: z.string(),
        to: z.string(),
      }),
    )
    .optional()
    .describe("Each time that another player was set up while the search ran; absent if never"),
});

const usageSchema = z.strictObject({
  requests: count.describe("Every request that was made, failed ones and repetitions too"),
  failed: count.describe("Of the requests: gave no usable answer; what they cost counts"),
  cutOff: count.describe("Of the requests: the model stopped at its token limit"),
  inputTokens: count,
  cachedInputTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  cost: z
    .number()
    .nonnegative()
    .optional()
    .describe("In the currency of the role's prices; absent where no request had a price"),
  seconds,
});

const iterationSchema = z.strictObject({
  index: z.int().positive(),
  evaluated: count,
  validation: z.strictObject({
    bestTop1Percent: percent.optional().describe("Best feasible result of this iteration"),
    bestSoFarTop1Percent: percent.optional().describe("Best feasible result up to its end"),
  }),
});

/**
 * The content of `result.json`. Accuracies are always below `validation` or `test`, never bare.
 * What is not known yet is absent, not null.
 */
export const searchResultSchema = z
  .strictObject({
    schemaVersion: z.literal(resultSchemaVersion),
    searchId: z.string(),
    status: z.enum(["running", "interrupted", "finished"]),
    finishReason: finishReasonSchema.optional(),
    interruption: z.string().optional().describe("Why an interrupted search stopped"),
    searcher: z.string(),
    preset: z.string(),
    seed: count,
    staleness: count.describe("Rounds that could be under way when the next was proposed"),
    repeatedBy: z
      .enum(["seed", "journal"])
      .describe(
        "What gives this search again: its seed, with backends that answer alike, or (staleness above 0) only the replay of its journal",
      ),
    roles: z.record(z.string(), roleSchema),
    limits: searchConfigSchema.shape.limits,
    target: z
      .strictObject({ validation: z.strictObject({ top1Percent: percent }) })
      .optional()
      .describe("Accuracy that ends the search"),
    best: bestSchema.optional().describe("Absent while nothing feasible was evaluated"),
    test: accuracySchema
      .extend({ canonical: z.string() })
      .optional()
      .describe("Only if the sealed test split was opened"),
    funnel: funnelSchema,
    repaired: count.describe(
      "Of the proposed: changed to the nearest legal or feasible architecture",
    ),
    evaluations: z.strictObject({
      evaluated: count,
      fromStore: count.describe("Of the evaluated: measured earlier, by this or another search"),
      repeated: count.describe("Started again after a failure or a death"),
      failed: count.describe("Given up"),
      budget: z.int().positive(),
    }),
    rejections: rejectionsSchema,
    degraded: z.array(
      z.strictObject({
        iteration: z.int().positive(),
        role: z.string(),
        reason: z.string(),
        fallback: z.string(),
      }),
    ),
    llm: z
      .record(z.string(), usageSchema)
      .describe("Usage by role; requests to a heuristic are none and do not count"),
    ledger: ledgerSchema.optional().describe("Absent where no language model was asked"),
    evaluatorSeconds: seconds.describe("Measured by evaluators for this search"),
    storedSeconds: seconds.describe("What the results from the store had cost when measured"),
    llmSeconds: seconds,
    wallSeconds: seconds.describe("From the event times, without the pauses before a resume"),
    gpuDays: z.number().nonnegative().optional().describe("evaluatorSeconds / 86400 on a GPU"),
    cpuDays: z.number().nonnegative().optional().describe("evaluatorSeconds / 86400 on a CPU"),
    startedAt: z.iso.datetime(),
    lastEventAt: z.iso.datetime(),
    events: z.int().positive(),
    perIteration: z.array(iterationSchema),
    supernet: z.strictObject({
      name: z.string(),
      family: z.string(),
      executionProvider: z.string(),
      runtimeVersion: z.string(),
      validationImages: count,
      isSynthetic: z.boolean().describe("Accuracies come from a formula, not from images"),
    }),
    digests: z.strictObject({ supernet: z.string(), context: z.string() }),
    versions: z.record(z.string(), z.string()),
    forkedFrom: z
      .strictObject({ searchId: z.string(), seq: z.int().positive() })
      .optional()
      .describe("The search whose first events this one took over"),
  })
  .describe("Result of one subnet search, folded from its journal");

export type SearchResult = z.infer<typeof searchResultSchema>;
export type LlmUsage = z.infer<typeof usageSchema>;
export type RoleInfo = z.infer<typeof roleSchema>;

/** JSON Schema (2020-12) of `result.json`; committed as `result.schema.json`. */
export function resultJsonSchema(): Record<string, unknown> {
  return { title: "result.json", ...z.toJSONSchema(searchResultSchema) };
}
