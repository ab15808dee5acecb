import { z } from "zod";

/** Who proposes candidates. */
export const searcherNames = [
  "collm",
  "sillm",
  "opro",
  "evolution",
  "ageing-evolution",
  "local-search",
  "reinforce",
  "random",
] as const;

export type SearcherName = (typeof searcherNames)[number];

/** The language-model roles that a searcher asks; whoever writes its candidates comes last. */
export const rolesOf: Readonly<Record<SearcherName, readonly ("navigator" | "generator")[]>> = {
  collm: ["navigator", "generator"],
  sillm: ["navigator"],
  opro: ["generator"],
  evolution: [],
  "ageing-evolution": [],
  "local-search": [],
  reinforce: [],
  random: [],
};

/*
 * The sections of the configuration that belong to one searcher. Journals from before a searcher
 * existed lack its section, hence the defaults.
 */

/**
 * `ageing-evolution`: regularized evolution (Real et al. 2019, who had 100 and 25 for 20,000
 * evaluations). The defaults were chosen for a hundred, on seeds that no table reports.
 */
export const ageingSchema = z.strictObject({
  /** Members; the oldest dies when a new one comes. */
  population: z.int().positive(),
  /** Members drawn with replacement, of which the most accurate is the parent. */
  sampleSize: z.int().positive(),
});
export const ageingDefaults: z.infer<typeof ageingSchema> = { population: 20, sampleSize: 10 };

/** `local-search` (White et al. 2020). */
export const localSearchSchema = z.strictObject({
  /** Random networks, of which the best is where a climb starts. */
  starts: z.int().positive(),
});
export const localSearchDefaults: z.infer<typeof localSearchSchema> = { starts: 10 };

/** `reinforce`: the settings of NAS-Bench-201's code. */
export const reinforceSchema = z.strictObject({
  /** Adam's. */
  learningRate: z.number().positive(),
  /** Share of the moving average that stays when a reward comes in. */
  baselineDecay: z.number().min(0).lt(1),
});
export const reinforceDefaults: z.infer<typeof reinforceSchema> = {
  learningRate: 0.01,
  baselineDecay: 0.9,
};

/**
 * Candidates of an iteration. A language model writes a batch in one answer. Searchers that learn
 * from every result ask for few at once: four keep several evaluators busy and cost no accuracy.
 * REINFORCE is defined with one sample a step.
 */
export const defaultCandidates: Readonly<Record<SearcherName, number>> = {
  collm: 15,
  sillm: 15,
  opro: 15,
  evolution: 15,
  "ageing-evolution": 4,
  "local-search": 4,
  reinforce: 1,
  random: 15,
};
