import type { SpaceSpec } from "@collm/search-space";

/** How the architectures of an answer are put together. */
export const layouts = [
  "fence each",
  "fenced list",
  "candidates object",
  "named objects",
  "entries with reasons",
  "entries with parents",
  "prose",
  "JSON lines",
  "numbered list",
  "tags",
  "Python",
  "JSON in a string",
  "escaped JSON",
  "YAML",
  "one line each",
  "table",
] as const;

export type Layout = (typeof layouts)[number];

/** An answer as a language model could write it, and the architectures that it means. */
export interface KnownAnswer {
  readonly space: SpaceSpec;
  readonly layout: Layout;
  /** What else is odd about it, e.g. `smart quotes, thinking, cut off`. */
  readonly oddities: readonly string[];
  /** Whether a single model wrote it, with a reflection before its candidates. */
  readonly isJoint: boolean;
  /** As it comes from the endpoint, thinking included. */
  readonly text: string;
  /** Canonical strings of the whole and legal ones, in the order written, each once. */
  readonly meant: readonly string[];
}
