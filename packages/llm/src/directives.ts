import type { Gene } from "@collm/search-space";
import { z } from "zod";
import { type JsonNode, readTolerantJson } from "./answers/tolerant-json.js";

/**
 * The part of a strategy that a program can follow. A strategy is prose; either kind of author
 * (a language model or the heuristic) may end it with
 *
 *     ```directives
 *     { "prefer": {"r": {"224": 3, "160": 0.5}}, "parents": [...], "costShare": [0.95, 1],
 *       "explore": 0.2, "edits": 4 }
 *     ```
 *
 * and a Generator may use it or not. Reading is lenient: a part that cannot be read is left out
 * with a reason, so a slip of a model never costs a strategy.
 */
export interface Directives {
  /**
   * Odds of choices: gene -> choice -> weight. A choice with weight 2 is wanted twice as often as
   * one with weight 1, other things equal. Keys are a gene's name (`ks[3]`), a list's name (`ks`)
   * or a dimension (`kernel size`); the closest one counts. Unnamed choices weigh 1.
   */
  readonly prefer?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** Architectures to start from, best first, as notations or canonical strings. */
  readonly parents?: readonly unknown[] | undefined;
  /** Share of the binding limit to aim at, e.g. `[0.95, 1]`. */
  readonly costShare?: readonly [number, number] | undefined;
  /** Share of the candidates that are free samples. */
  readonly explore?: number | undefined;
  /** Genes that may differ between a candidate and its parent. */
  readonly edits?: number | undefined;
}

export interface ReadDirectives {
  readonly directives: Directives;
  /** What was left out, and why. */
  readonly problems: readonly string[];
}

const shares = z.number().min(0).max(1);

const parts = {
  prefer: z.record(z.string(), z.record(z.string(), z.number().nonnegative())),
  parents: z.array(z.unknown()).max(1_000),
  costShare: z
    .tuple([shares, shares])
    .refine(([low, high]) => low < high, "low must be below high"),
  explore: shares,
  edits: z.int().positive(),
} as const satisfies Record<keyof Directives, z.ZodType>;

/** Longest block that is read; the heuristic's own is about 3 KB for a space of 46 genes. */
const maxBlockCharacters = 65_536;

/** Reads the last `directives` block of a strategy; a strategy without one has none to follow. */
export function readDirectives(strategy: string): ReadDirectives {
  const start = strategy.lastIndexOf("```directives");
  if (start === -1) return { directives: {}, problems: [] };
  const block = strategy.slice(start + "```directives".length, start + maxBlockCharacters);
  const body = block.split("```", 1)[0] ?? "";
  const opening = body.indexOf("{");
  const read = opening === -1 ? undefined : readTolerantJson(body, opening);
  if (read?.kind !== "read") {
    return { directives: {}, problems: ["directives: the block holds no JSON object"] };
  }
  return readParts(read.node);
}

function readParts(node: JsonNode): ReadDirectives {
  const record = node.value as Record<string, unknown>;
  const problems: string[] = [];
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) {
    if (!Object.hasOwn(parts, key)) {
      problems.push(`directives.${key}: unknown, allowed are ${Object.keys(parts).join(", ")}`);
      continue;
    }
    const part = parts[key as keyof typeof parts].safeParse(value);
    if (part.success) found[key] = part.data;
    else {
      const issue = part.error.issues[0];
      problems.push(`directives.${[key, ...(issue?.path ?? [])].join(".")}: ${issue?.message}`);
    }
  }
  return { directives: found as Directives, problems };
}

/** Writes the block that {@link readDirectives} reads. */
export function writeDirectives(directives: Directives): string {
  const lines = Object.entries(directives)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return ["```directives", "{", lines.join(",\n"), "}", "```"].join("\n");
}

/** The weight of every choice of `gene`; undefined where the directives say nothing about it. */
export function choiceWeights(directives: Directives, gene: Gene): readonly number[] | undefined {
  const { prefer } = directives;
  if (!prefer) return undefined;
  const listName = gene.name.split("[", 1)[0] ?? gene.name;
  const key = [gene.name, listName, gene.dimension].find((name) => Object.hasOwn(prefer, name));
  const weights = key === undefined ? undefined : prefer[key];
  if (!weights) return undefined;
  return gene.choices.map((choice) =>
    Object.hasOwn(weights, String(choice)) ? (weights[String(choice)] as number) : 1,
  );
}
