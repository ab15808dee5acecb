import { z } from "zod";
import {
  ageingDefaults,
  ageingSchema,
  defaultCandidates,
  localSearchDefaults,
  localSearchSchema,
  reinforceDefaults,
  reinforceSchema,
  rolesOf,
  type SearcherName,
  searcherNames,
} from "./searcher-settings.js";

const positive = z.int().positive();

/**
 * Most candidates that are asked for at once: about what a model's longest answer holds. The
 * Generator refuses to write more, so a larger batch would degrade every iteration.
 */
export const maxCandidatesPerIteration = 256;

/** Rounds a proposal may be ahead: a strategy on results that lack more is hardly one. */
export const maxStaleness = 8;
/** Calls of the Generator at once: more would hardly be different, and endpoints limit rates. */
export const maxSubBatches = 16;
const defaultResultShare = 0.5;

/** The resolved configuration of a search, complete: journaled as the first event. */
export const searchConfigSchema = z.strictObject({
  searcher: z.enum(searcherNames),
  /** Name of the preset that filled in the defaults; for display. */
  preset: z.string(),
  seed: z.int().nonnegative(),
  limits: z.strictObject({
    maxFlops: positive.optional(),
    maxMacs: positive.optional(),
    maxParams: positive.optional(),
  }),
  /** Validation top-1 in percent that ends the search (P_target of Algorithm 1). */
  targetTop1Percent: z.number().min(0).max(100).optional(),
  /** Evaluations that may be spent; a result from the store counts. */
  budget: positive,
  /**
   * Tokens, input and output, that language models may use; a question that is expected to go beyond
   * is not asked, and the search ends with its best. Absent: no limit.
   */
  maxLlmTokens: positive.optional(),
  /** The same in money, in the currency of the roles' prices. */
  maxLlmCost: z.number().positive().optional(),
  /** Iterations (T of Algorithm 1); absent means until the budget is spent. */
  iterations: positive.optional(),
  /** Candidates asked for in each iteration: the batch, or the generation of evolution. */
  candidatesPerIteration: positive.max(maxCandidatesPerIteration),
  /**
   * Rounds that may still be under way when the next one is proposed. 0 is Algorithm 1: each strategy
   * sees all results before it. Above 0 evaluators have work while a model thinks, and a search
   * repeats exactly only from its journal. Older journals lack this key and the next two.
   */
  staleness: z.int().min(0).max(maxStaleness).default(0),
  /** Share of a round's candidates that must be settled before the next begins; above staleness 0. */
  resultShare: z.number().gt(0).max(1).default(defaultResultShare),
  /** Calls of the Generator, side by side, that a round's candidates are divided among. */
  subBatches: positive.max(maxSubBatches).default(1),
  /**
   * What happens to a legal candidate over a limit. `reject`: its cost is told, no evaluation is
   * spent. `evaluate`: it is evaluated and fed back, it only cannot win (the paper).
   */
  overLimit: z.enum(["reject", "evaluate"]),
  /**
   * What is done with a role's candidate that is illegal (`legal`) or also one over a limit (`limits`):
   * the nearest architecture without the fault is evaluated in its place, and marked.
   */
  repair: z.enum(["off", "legal", "limits"]).default("off"),
  /** Whether a useless last strategy is asked for after iteration T, as Algorithm 1 does. */
  finalStrategy: z.boolean(),
  /** Whether the Navigator sees earlier iterations (the paper's memory ablation). */
  navigatorMemory: z.boolean(),
  /** Whether the Generator sees earlier iterations; off in the paper's method. */
  generatorMemory: z.boolean(),
  /** Whether the Generator is given the list of architectures not to repeat. */
  visitedHints: z.boolean(),
  /**
   * Whether isomorphic architectures are one (`merge`: after the first they are rejected) or as many
   * as their strings, as in the published searches. Only cell spaces have any.
   */
  isomorphs: z.enum(["keep", "merge"]).default("keep"),
  /**
   * Seed by which operators of a cell space are renamed and permuted in prompts and answers, to tell
   * what a model knows of them from what it finds out; absent means that they have their names.
   */
  permuteOperators: z.int().nonnegative().optional(),
  /**
   * Whether the roles are told which candidates were not evaluated and why. Older journals lack
   * this key and the next; their searches had both.
   */
  rejectionFeedback: z.boolean().default(true),
  /** Whether a language model as Generator is told what choices cost, as shares of the limit. */
  costHints: z.boolean().default(true),
  ageing: ageingSchema.default(ageingDefaults),
  localSearch: localSearchSchema.default(localSearchDefaults),
  reinforce: reinforceSchema.default(reinforceDefaults),
  evolution: z.strictObject({
    /**
     * `elitist` (the default) breeds from the best so far and evaluates nothing twice; `generational` is
     * the paper's baseline, which may breed what it had; `spos` and `autoformer` replay the searches
     * published with those supernets, candidate by candidate.
     */
    algorithm: z.enum(["elitist", "generational", "spos", "autoformer"]).optional(),
    /**
     * Networks that are drawn uniformly before the first child. The published algorithms take the
     * size of a generation from `candidatesPerIteration`.
     */
    population: positive,
    /** Share of the population's size that may be parents, the best so far first. */
    parentShare: z.number().gt(0).max(1),
    /** Share of children made by mutation. */
    mutationShare: z.number().min(0).max(1),
    /**
     * Share of children made by crossover. Default all others; what both leave, or fail to fill in
     * ten attempts a child, is random. Published algorithms only.
     */
    crossoverShare: z.number().min(0).max(1).optional(),
    /** Probability that a gene of a mutated child is drawn anew. */
    mutationProbability: z.number().min(0).max(1),
    /** The same for the input resolution; default `mutationProbability`. Not the published algorithms. */
    resolutionMutationProbability: z.number().min(0).max(1).optional(),
    /** The same for the depth and for the embedding width (`autoformer` only; its `s_prob`). */
    structureProbability: z.number().min(0).max(1).optional(),
    /**
     * Parameters below which the `autoformer` search does not look. It is no limit: a smaller
     * network would be a valid answer, only this search leaves it out, and no other part of the
     * system may call it infeasible.
     */
    minParams: positive.optional(),
  }),
});

export type SearchConfig = z.infer<typeof searchConfigSchema>;
export type EvolutionAlgorithm = NonNullable<SearchConfig["evolution"]["algorithm"]>;

/** Defaults of a searcher; a preset and the user's settings go on top. */
export function defaultSearchConfig(searcher: SearcherName): SearchConfig {
  return {
    searcher,
    preset: "default",
    seed: 0,
    limits: {},
    budget: 250,
    ...(rolesOf[searcher].length > 0 ? { iterations: 20 } : {}),
    candidatesPerIteration: defaultCandidates[searcher],
    staleness: 0,
    resultShare: defaultResultShare,
    subBatches: 1,
    overLimit: "reject",
    repair: "off",
    finalStrategy: false,
    navigatorMemory: true,
    generatorMemory: false,
    visitedHints: true,
    isomorphs: "keep",
    rejectionFeedback: true,
    costHints: true,
    ageing: ageingDefaults,
    localSearch: localSearchDefaults,
    reinforce: reinforceDefaults,
    // Once-for-all's finder (`ofa.nas`), with a population for budgets of tens instead of thousands.
    evolution: {
      population: 20,
      parentShare: 0.25,
      mutationShare: 0.5,
      mutationProbability: 0.1,
      resolutionMutationProbability: 0.5,
    },
  };
}

/**
 * What each preset changes. `paper` reproduces CoLLM-NAS where the default improves on it:
 * over-limit candidates are evaluated and fed back, whatever else is not evaluated is dropped
 * without a word to either role, the Generator gets the strategy and general instructions only
 * (no visited architectures, no costs), and a last strategy is asked for that nothing uses
 * (Algorithm 1, step 3e). It deviates from the paper in what keeps a search alive: sampling stands
 * in for a Generator that fails or gave nothing new three times in a row (`searchers/collm.ts`),
 * the last strategy for a Navigator that fails, and ten rounds without an evaluation end the
 * search. Runs in which none of this happened are Algorithm 1; the others say so (`Degraded`).
 * For sillm it is the same without a last strategy, so that the ablation compares.
 * For evolution it is the paper's baseline: 20 generations with a population of 10, half of them
 * elites; what it breeds again is rejected as a duplicate and costs nothing. The paper does not say how
 * children are made: here half are mutations and half crossovers, as in once-for-all's finder, and
 * mutation is so strong that a search evaluates about 55 networks. `spos` and
 * `autoformer` are the searches published with those supernets, with their own defaults: 50 + 20 x 50
 * evaluations, the 10 best as parents, 25 mutations and 25 crossovers a generation.
 */
export const presets = {
  collm: {
    default: {},
    paper: {
      overLimit: "evaluate",
      finalStrategy: true,
      visitedHints: false,
      rejectionFeedback: false,
      costHints: false,
    },
  },
  evolution: {
    default: {},
    paper: {
      iterations: 20,
      candidatesPerIteration: 10,
      evolution: {
        algorithm: "generational",
        population: 10,
        parentShare: 0.5,
        mutationShare: 0.5,
        // So that, as in the paper's setting, about half of the children are new networks.
        mutationProbability: 0.3,
      },
    },
    spos: {
      budget: 1050,
      candidatesPerIteration: 50,
      limits: { maxFlops: 330_000_000 },
      evolution: {
        algorithm: "spos",
        population: 50,
        parentShare: 0.2,
        mutationShare: 0.5,
        crossoverShare: 0.5,
        mutationProbability: 0.1,
      },
    },
    autoformer: {
      budget: 1050,
      candidatesPerIteration: 50,
      // The window of the original's defaults suits Small; Tiny and Base need their own.
      limits: { maxParams: 23_000_000 },
      evolution: {
        algorithm: "autoformer",
        population: 50,
        parentShare: 0.2,
        mutationShare: 0.5,
        crossoverShare: 0.5,
        mutationProbability: 0.2,
        structureProbability: 0.4,
        minParams: 18_000_000,
      },
    },
  },
  sillm: {
    default: {},
    paper: {
      overLimit: "evaluate",
      visitedHints: false,
      rejectionFeedback: false,
      costHints: false,
    },
  },
  opro: { default: {} },
  "ageing-evolution": { default: {} },
  "local-search": { default: {} },
  reinforce: { default: {} },
  random: { default: {} },
} as const satisfies Record<SearcherName, Record<string, Partial<SearchConfig>>>;
