import type { Cost, CostKind } from "./cost.js";
import type { SpaceSpec } from "./spec.js";

/** One choice that a search space leaves open, e.g. the kernel size of block 7. */
export interface Gene {
  /** Unique in its space and the same as in the notation, e.g. `ks[6]`. */
  readonly name: string;
  /** What kind of choice it is, in the field's words: "resolution", "depth", "kernel size", ... */
  readonly dimension: string;
  /** The options, in ascending order where they have one. */
  readonly choices: readonly (number | string)[];
}

/**
 * One point of a search space, always in canonical form: genes without effect (those of skipped
 * blocks) hold choice 0, so two architectures are the same network if and only if their
 * canonical strings are equal.
 */
export interface Architecture {
  /** Short, readable and unique within the space; the identity used for dedup and storage. */
  readonly canonical: string;
  /** For every gene of the space, the index of the chosen option. */
  readonly choices: readonly number[];
}

/** The family's own notation as JSON, e.g. OFA's `{"ks": [20], "e": [20], "d": [5], "r": 224}`. */
export type Notation = Readonly<Record<string, unknown>> | readonly unknown[] | string;

/** The outcome of reading an architecture somebody wrote; being illegal is an expected outcome. */
export type Legality =
  | { readonly kind: "legal"; readonly architecture: Architecture }
  | { readonly kind: "illegal"; readonly reasons: readonly string[] };

/**
 * A search space as the search sees it: genes, legality, identity and cost. Sampling and
 * variation are written once for all spaces (`sampling.ts`, `variation.ts`).
 */
export interface SearchSpace {
  /** JSON that rebuilds this space elsewhere (`createSearchSpace`). */
  readonly spec: SpaceSpec;
  readonly genes: readonly Gene[];
  /** Whether gene `gene` has an effect on the network that `choices` (one index per gene) encode. */
  isActive(gene: number, choices: readonly number[]): boolean;
  /** Brings choice indices into canonical form. Throws RangeError on an index outside its gene. */
  canonicalise(choices: readonly number[]): Architecture;
  /** Reads what `notation` writes; every problem names the gene, the value and what is allowed. */
  legality(notation: unknown): Legality;
  /** Reads a canonical string back. */
  parse(canonical: string): Legality;
  /** Writes what prompts and answers have; `legality(notation(a))` gives `a` again. */
  notation(architecture: Architecture): Notation;
  /** Writes what the family's original project has in its files; the notation where that is it. */
  fileNotation(architecture: Architecture): Notation;
  /**
   * In spaces where different canonical strings may be the same graph: a string that these share.
   * Searches may treat them as one (`isomorphs: "merge"`).
   */
  isomorphismClass?(architecture: Architecture): string;
  /** Coarser still: a string that architectures share which compute the same function. */
  functionClass?(architecture: Architecture): string;
  /** Exact cost of the network that the architecture stands for. */
  cost(architecture: Architecture): Cost;
  /** An architecture with the smallest cost of this kind that the space can reach. */
  cheapest(kind: CostKind): Architecture;
  /** JSON Schema (2020-12) of the notation, for constrained decoding. */
  jsonSchema(): Readonly<Record<string, unknown>>;
  /** The space in words, for a prompt: dimensions, notation with a worked example, what is skipped. */
  describe(): string;
}
