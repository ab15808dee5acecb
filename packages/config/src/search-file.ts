import { z } from "zod";
import { parseQuantity } from "./quantity.js";
import { minContextTokens } from "./role-env.js";

const count = z.int().positive();

/** A count such as 330000000 or "330M". */
const quantity = z.union([z.string(), z.number()]).transform((value, context) => {
  const parsed = parseQuantity(value);
  if (parsed === undefined) {
    context.addIssue({
      code: "custom",
      message: "allowed is a positive count such as 330M, 1.2M or 900000",
    });
    return z.NEVER;
  }
  return parsed;
});

/** Who plays a language-model role. Keys are read from the environment, never from a file. */
const roleShape = {
  backend: z.enum(["heuristic", "openai"]).default("heuristic"),
  /** Base URL of an OpenAI-compatible endpoint, e.g. http://localhost:8000/v1. */
  baseUrl: z.url().optional(),
  model: z.string().min(1).optional(),
  temperature: z.number().min(0).max(2).default(0.6),
  maxOutputTokens: count.default(8192),
  timeoutMs: count.default(120_000),
};

const hasItsModel = (role: { readonly backend: string; readonly model?: string | undefined }) =>
  role.backend !== "openai" || role.model !== undefined;
const needsModel = {
  path: ["model"],
  message: "allowed is a model's name, which the openai backend needs",
};

const roleSchema = z.strictObject(roleShape).refine(hasItsModel, needsModel);
const navigatorSchema = z
  .strictObject({
    ...roleShape,
    /**
     * Estimated tokens that the conversation may have, the answer (`maxOutputTokens`) on top; what
     * no longer fits is summed up. Default 20,000: both fit a window of 32k.
     */
    contextTokens: z.int().min(minContextTokens).optional(),
  })
  .refine(hasItsModel, needsModel);

/**
 * The search configuration file, as a user writes it. Everything is optional; what is absent
 * comes from the preset, then from the searcher's defaults.
 */
export const searchFileSchema = z.strictObject({
  /** Manifest file, or NAME@DIGEST of a supernet that a running evaluator hosts. */
  supernet: z.string().optional(),
  searcher: z.enum(["collm", "evolution", "random"]).optional(),
  preset: z.string().optional(),
  seed: z.int().nonnegative().optional(),
  maxFlops: quantity.optional(),
  maxMacs: quantity.optional(),
  maxParams: quantity.optional(),
  /** Validation top-1 in percent that ends the search. */
  target: z.number().min(0).max(100).optional(),
  budget: count.optional(),
  iterations: count.optional(),
  candidatesPerIteration: count.optional(),
  overLimit: z.enum(["reject", "evaluate"]).optional(),
  finalStrategy: z.boolean().optional(),
  navigatorMemory: z.boolean().optional(),
  generatorMemory: z.boolean().optional(),
  visitedHints: z.boolean().optional(),
  rejectionFeedback: z.boolean().optional(),
  costHints: z.boolean().optional(),
  evolution: z
    .strictObject({
      population: z.int().positive().optional(),
      parentShare: z.number().gt(0).max(1).optional(),
      mutationShare: z.number().min(0).max(1).optional(),
      mutationProbability: z.number().min(0).max(1).optional(),
      resolutionMutationProbability: z.number().min(0).max(1).optional(),
    })
    .optional(),
  navigator: navigatorSchema.optional(),
  generator: roleSchema.optional(),
  evaluator: z
    .strictObject({
      /** ONNX Runtime execution provider: cpu, cuda, ... */
      provider: z.string().optional(),
      workers: count.optional(),
      threadsPerWorker: count.optional(),
    })
    .optional(),
});

export type SearchFile = z.infer<typeof searchFileSchema>;
export type RoleSettings = z.infer<typeof roleSchema>;
export type NavigatorSettings = z.infer<typeof navigatorSchema>;
