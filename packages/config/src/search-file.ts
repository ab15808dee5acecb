import {
  executionProviders,
  maxCandidatesPerIteration,
  maxStaleness,
  maxSubBatches,
  searcherNames,
} from "@collm/search";
import { z } from "zod";
import { reasoningLevels } from "./endpoint-env.js";
import { httpUrl, text } from "./env-values.js";
import { backends, fallbackProblem } from "./player-spec.js";
import { parseQuantity } from "./quantity.js";
import { ranges } from "./ranges.js";

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

const fallback = z.array(z.string()).superRefine((specs, context) => {
  const message = fallbackProblem(specs);
  if (message !== undefined) {
    context.addIssue({ code: "invalid_format", format: "list of players", message });
  }
});

/** Who plays a language-model role. Keys are read from the environment, never from this file. */
const roleSchema = z.strictObject({
  backend: z.enum(backends).optional().describe("Who plays the role"),
  /** E.g. http://localhost:8000/v1. */
  baseUrl: httpUrl()
    .optional()
    .describe("Base URL of an OpenAI-compatible endpoint; without it the backend's own"),
  model: text("a model's name")
    .optional()
    .describe("Name of the model, which every backend but `heuristic` and `replay` needs"),
  replayDir: text("a directory")
    .optional()
    .describe(
      "Recordings that `replay` answers from; with `?strict` behind it, one that is missing ends the search",
    ),
  fallback: fallback
    .optional()
    .describe(
      "Who is asked next where no answer comes, as `--llm` writes it; `heuristic` always answers",
    ),
  recordDir: text("a directory")
    .optional()
    .describe("Directory that the role's conversations are recorded in, without keys"),
  apiKeyFile: text("a file with a key").optional().describe("File that holds nothing but the key"),
  apiVersion: text("a version such as 2024-10-21").optional().describe("`api-version` of `azure`"),
  caFile: text("a file with certificates")
    .optional()
    .describe("PEM certificates of authorities that the endpoint's certificate may be from"),
  temperature: number(ranges.temperature).optional().describe("Sampling temperature"),
  topP: number(ranges.topP)
    .optional()
    .describe("Share of probability that tokens are drawn from; without it the endpoint's default"),
  reasoning: z
    .enum(reasoningLevels)
    .optional()
    .describe("Whether or how much the model reasons; without it the endpoint's default"),
  extraBody: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Fields added to each request; in a variable as JSON"),
  maxOutputTokens: wholeNumber(ranges.maxOutputTokens)
    .optional()
    .describe("Tokens that an answer may have"),
  timeoutMs: wholeNumber(ranges.timeoutMs)
    .optional()
    .describe("Milliseconds that an answer may take"),
  retries: wholeNumber(ranges.retries)
    .optional()
    .describe("Attempts after the first, where another may help"),
  breakerFailures: wholeNumber(ranges.breakerFailures)
    .optional()
    .describe("Answers in a row that must fail before an endpoint is left alone"),
  breakerOpenMs: wholeNumber(ranges.timeoutMs)
    .optional()
    .describe("Milliseconds that it is then left alone"),
  maxConcurrent: wholeNumber(ranges.maxConcurrent)
    .optional()
    .describe("Requests under way at once; without it no limit"),
  requestsPerMinute: wholeNumber(ranges.perMinute)
    .optional()
    .describe("Requests that the endpoint takes in a minute; without it no limit"),
  tokensPerMinute: wholeNumber(ranges.perMinute)
    .optional()
    .describe("Tokens, read and written, that it takes in a minute; without it no limit"),
  priceInput: number(ranges.price).optional().describe("Money for a million tokens of input"),
  priceCachedInput: number(ranges.price)
    .optional()
    .describe("The same where the endpoint had them cached; without it `priceInput`"),
  priceOutput: number(ranges.price)
    .optional()
    .describe("Money for a million tokens of output, reasoning included"),
});
const navigatorSchema = roleSchema.extend({
  /** Default 20,000: with `maxOutputTokens` it fits a window of 32k. */
  contextTokens: wholeNumber(ranges.contextTokens)
    .optional()
    .describe(
      "Estimated tokens that the conversation may have, the answer on top; what no longer fits is summed up",
    ),
});

/**
 * The search configuration file, as a user writes it. Everything is optional and nothing is
 * filled in here, so that sources can be merged key by key. What is absent from all of them comes
 * from the preset, then from the searcher's defaults; for roles and evaluator from the service's
 * own environment. The descriptions are what docs/configuration.md says; it is
 * generated (`pnpm generate`).
 */
export const searchFileSchema = z.strictObject({
  supernet: text("a manifest file")
    .optional()
    .describe("Manifest file of the supernet, relative to the configuration file"),
  searcher: z.enum(searcherNames).optional().describe("Who proposes candidates"),
  preset: z
    .string()
    .optional()
    .describe(
      "Defaults of a published method: `default`; for collm, sillm and evolution also `paper`, for evolution `spos` and `autoformer`",
    ),
  seed: z.int().nonnegative().optional().describe("Seed of everything random"),
  maxFlops: quantity.optional().describe("Limit on the family's official FLOPs"),
  maxMacs: quantity.optional().describe("Limit on multiply-accumulates"),
  maxParams: quantity.optional().describe("Limit on parameters"),
  target: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe("Validation top-1 in percent that ends the search"),
  budget: count
    .optional()
    .describe("Evaluations that may be spent; a result from the store counts"),
  iterations: count
    .optional()
    .describe("Iterations of strategy and candidates; without it until the budget is spent"),
  maxLlmTokens: quantity
    .optional()
    .describe("Tokens, input and output, that language models may use; then the search ends"),
  maxLlmCost: z
    .number()
    .gt(0)
    .optional()
    .describe("Money that language models may cost, in the currency of the roles' prices"),
  candidatesPerIteration: wholeNumber([1, maxCandidatesPerIteration])
    .optional()
    .describe("Candidates asked for in each iteration"),
  staleness: z
    .int()
    .min(0)
    .max(maxStaleness)
    .optional()
    .describe(
      "Rounds that may still be under way when the next is proposed; 0 is the paper's loop, above it only a replay repeats the search",
    ),
  resultShare: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      "Share of a round's candidates that must be settled before the next is proposed, above staleness 0",
    ),
  subBatches: wholeNumber([1, maxSubBatches])
    .optional()
    .describe(
      "Calls of the Generator, side by side, that a round is divided among, above staleness 0",
    ),
  overLimit: z
    .enum(["reject", "evaluate"])
    .optional()
    .describe(
      "What happens to a candidate over a limit: `evaluate` spends an evaluation on it, it only cannot win",
    ),
  repair: z
    .enum(["off", "legal", "limits"])
    .optional()
    .describe(
      "Whether the nearest architecture takes the place of a proposed one that is illegal (`legal`) or also of one over a limit (`limits`)",
    ),
  finalStrategy: z
    .boolean()
    .optional()
    .describe(
      "Whether a last strategy is asked for that nothing uses, as the paper's Algorithm 1 does",
    ),
  navigatorMemory: z.boolean().optional().describe("Whether the Navigator sees earlier iterations"),
  generatorMemory: z.boolean().optional().describe("Whether the Generator sees earlier iterations"),
  visitedHints: z
    .boolean()
    .optional()
    .describe("Whether the Generator is given the architectures not to repeat"),
  isomorphs: z
    .enum(["keep", "merge"])
    .optional()
    .describe("Whether isomorphic cells are evaluated one by one or count as one"),
  permuteOperators: z
    .int()
    .nonnegative()
    .optional()
    .describe(
      "Seed by which a cell's operators are renamed and permuted in prompts, to tell knowledge from memory",
    ),
  rejectionFeedback: z
    .boolean()
    .optional()
    .describe("Whether the roles are told which candidates were not evaluated, and why"),
  costHints: z
    .boolean()
    .optional()
    .describe("Whether a language model as Generator is told what choices cost"),
  /** See `SearchConfig.evolution`. */
  evolution: z
    .strictObject({
      population: z
        .int()
        .positive()
        .optional()
        .describe("Networks that are drawn uniformly before the first child"),
      algorithm: z
        .enum(["elitist", "generational", "spos", "autoformer"])
        .optional()
        .describe(
          "`generational` is the paper's baseline; `spos` and `autoformer` replay the searches published with those supernets",
        ),
      parentShare: z
        .number()
        .gt(0)
        .max(1)
        .optional()
        .describe("Share of the population's size that may be parents"),
      mutationShare: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("Share of children made by mutation"),
      crossoverShare: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe(
          "Share of children made by crossover, published algorithms only; without it all others",
        ),
      mutationProbability: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("Probability that a gene of a mutated child is drawn anew"),
      resolutionMutationProbability: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("The same for the input resolution, not `spos` and `autoformer`"),
      structureProbability: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("The same for depth and embedding width, `autoformer` only"),
      minParams: quantity
        .optional()
        .describe("Parameters below which the `autoformer` search does not look"),
    })
    .optional(),
  ageing: z
    .strictObject({
      population: count.optional().describe("Members; the oldest dies when a new one comes"),
      sampleSize: count
        .optional()
        .describe("Members drawn with replacement, of which the best is the parent"),
    })
    .optional(),
  localSearch: z
    .strictObject({
      starts: count
        .optional()
        .describe("Random networks, of which the best is where a climb starts"),
    })
    .optional(),
  reinforce: z
    .strictObject({
      learningRate: z.number().gt(0).optional().describe("Learning rate of Adam"),
      baselineDecay: z
        .number()
        .min(0)
        .lt(1)
        .optional()
        .describe("Share of the moving-average baseline that stays at each reward"),
    })
    .optional(),
  prompts: text("the name of a prompt set")
    .optional()
    .describe("Prompt set of both language-model roles, a folder under `services/*/prompts`"),
  navigator: navigatorSchema.optional(),
  generator: roleSchema.optional(),
  evaluator: z
    .strictObject({
      provider: z.enum(executionProviders).optional().describe("ONNX Runtime execution provider"),
      deviceId: wholeNumber(ranges.deviceId).optional().describe("Device of a GPU provider"),
      batchSize: wholeNumber(ranges.batchSize)
        .optional()
        .describe("Images per run of a finished network"),
      allowTf32: z
        .boolean()
        .optional()
        .describe("Whether CUDA may round products to TF32's 10 bits"),
      workers: wholeNumber(ranges.workers).optional().describe("Evaluations at the same time"),
      threadsPerWorker: wholeNumber(ranges.threadsPerWorker)
        .optional()
        .describe("Threads of each evaluation"),
      realTime: number(ranges.realTime)
        .optional()
        .describe("Share of the time a table charges that an evaluation really takes"),
    })
    .optional(),
});

export type SearchFile = z.infer<typeof searchFileSchema>;
export type RoleSettings = z.infer<typeof roleSchema>;
export type NavigatorSettings = z.infer<typeof navigatorSchema>;
