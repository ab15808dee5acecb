import { executionProviders, maxCandidatesPerIteration } from "@collm/search";
import { z } from "zod";
import { httpUrl, text } from "./env-values.js";
import { parseQuantity } from "./quantity.js";
import { ranges } from "./ranges.js";
import { backends } from "./role-env.js";

const count = z.int().positive();

function number([min, max]: readonly [number, number]) {
  const phrase = `a number from ${min} to ${max}`;
  return z.number(phrase).min(min, phrase).max(max, phrase);
}

function wholeNumber([min, max]: readonly [number, number]) {
  const phrase = `a whole number from ${min} to ${max}`;
  return z.int(phrase).min(min, phrase).max(max, phrase);
}

const quantityPhrase = "a positive count such as 330M, 1.2M or 900000";

/** A count such as 330000000 or "330M". */
const quantity = z.union([z.string(), z.number()], quantityPhrase).transform((value, context) => {
  const parsed = parseQuantity(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "invalid_format", format: "count", message: quantityPhrase });
  return z.NEVER;
});

/** Who plays a language-model role. Keys are read from the environment, never from a file. */
const roleSchema = z.strictObject({
  backend: z.enum(backends).optional(),
  /** Base URL of an OpenAI-compatible endpoint, e.g. http://localhost:8000/v1. */
  baseUrl: httpUrl().optional(),
  model: text("a model's name").optional(),
  temperature: number(ranges.temperature).optional(),
  maxOutputTokens: wholeNumber(ranges.maxOutputTokens).optional(),
  timeoutMs: wholeNumber(ranges.timeoutMs).optional(),
});
const navigatorSchema = roleSchema.extend({
  /**
   * Estimated tokens that the conversation may have, the answer (`maxOutputTokens`) on top; what
   * no longer fits is summed up. Default 20,000: both fit a window of 32k.
   */
  contextTokens: wholeNumber(ranges.contextTokens).optional(),
});

/**
 * The search configuration file, as a user writes it. Everything is optional and nothing is
 * filled in here, so that sources can be merged key by key. What is absent from all of them comes
 * from the preset, then from the searcher's defaults; for roles and evaluator from the service's
 * own environment.
 */
export const searchFileSchema = z.strictObject({
  /** Manifest file, relative to the configuration file. */
  supernet: text("a manifest file").optional(),
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
  candidatesPerIteration: wholeNumber([1, maxCandidatesPerIteration]).optional(),
  overLimit: z.enum(["reject", "evaluate"]).optional(),
  finalStrategy: z.boolean().optional(),
  navigatorMemory: z.boolean().optional(),
  generatorMemory: z.boolean().optional(),
  visitedHints: z.boolean().optional(),
  rejectionFeedback: z.boolean().optional(),
  costHints: z.boolean().optional(),
  /** See `SearchConfig.evolution`. */
  evolution: z
    .strictObject({
      population: z.int().positive().optional(),
      algorithm: z.enum(["elitist", "spos", "autoformer"]).optional(),
      parentShare: z.number().gt(0).max(1).optional(),
      mutationShare: z.number().min(0).max(1).optional(),
      crossoverShare: z.number().min(0).max(1).optional(),
      mutationProbability: z.number().min(0).max(1).optional(),
      resolutionMutationProbability: z.number().min(0).max(1).optional(),
      structureProbability: z.number().min(0).max(1).optional(),
      minParams: quantity.optional(),
    })
    .optional(),
  navigator: navigatorSchema.optional(),
  generator: roleSchema.optional(),
  evaluator: z
    .strictObject({
      /** ONNX Runtime execution provider. */
      provider: z.enum(executionProviders).optional(),
      /** Device of a GPU provider. */
      deviceId: wholeNumber(ranges.deviceId).optional(),
      /** Images per run of a finished network. */
      batchSize: wholeNumber(ranges.batchSize).optional(),
      /** Whether CUDA may round products to TF32's 10 bits. */
      allowTf32: z.boolean().optional(),
      workers: wholeNumber(ranges.workers).optional(),
      threadsPerWorker: wholeNumber(ranges.threadsPerWorker).optional(),
    })
    .optional(),
});

export type SearchFile = z.infer<typeof searchFileSchema>;
export type RoleSettings = z.infer<typeof roleSchema>;
export type NavigatorSettings = z.infer<typeof navigatorSchema>;
