import { shorten, show } from "../reasons.js";
import type { AutoFormerGenes } from "./genotype.js";
import { type AutoFormerSpec, mlpWidth, superMlpWidth } from "./spec.js";

/** What reading a notation gives: the values of its running layers, or every problem found. */
export type ReadAutoFormer =
  | { readonly kind: "genes"; readonly genes: AutoFormerGenes }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** One kind of value: which are allowed, and how a reason says so. */
interface Allowed {
  readonly has: (value: number) => boolean;
  readonly words: string;
}

/** What a notation is held against. */
export interface AutoFormerRules {
  readonly depth: Allowed;
  readonly embedDim: Allowed;
  /** Allowed at this token width; undefined where the width itself is not allowed. */
  readonly mlpRatio: (embedDim: number | undefined) => Allowed;
  readonly heads: Allowed;
  /** Entries a list may have; those beyond `layer_num` are dropped. */
  readonly maxLayers: number;
}

/** The search's rules: every value is one of the choices. */
export function searchRules(spec: AutoFormerSpec): AutoFormerRules {
  const oneOf = (what: string, choices: readonly number[]): Allowed => ({
    has: (value) => choices.includes(value),
    words: `allowed ${what} is ${choices.join(", ")}`,
  });
  const mlpRatio = oneOf("mlp ratio", spec.mlpRatios);
  return {
    depth: oneOf("depth", spec.depths),
    embedDim: oneOf("embedding width", spec.embedDims),
    mlpRatio: () => mlpRatio,
    heads: oneOf("attention heads", spec.headChoices),
    maxLayers: spec.depths.at(-1) as number,
  };
}

/**
 * The rules of evaluation: everything that the supernet's tensors can be cut to. The published
 * Tiny network needs them, with its MLP ratios of 3 outside the published choices.
 */
export function cuttableRules(spec: AutoFormerSpec): AutoFormerRules {
  const upTo = (what: string, most: number): Allowed => ({
    has: (value) => Number.isInteger(value) && value >= 1 && value <= most,
    words: `allowed ${what} is a whole number from 1 to ${most}`,
  });
  const mostHidden = superMlpWidth(spec);
  return {
    depth: upTo("depth", spec.superDepth),
    embedDim: upTo("embedding width", spec.superEmbedDim),
    mlpRatio: (embedDim = spec.superEmbedDim) => ({
      has: (value) => mlpWidth(embedDim, value) >= 1 && mlpWidth(embedDim, value) <= mostHidden,
      words: `allowed mlp ratio is one with a hidden width (${embedDim} x ratio) from 1 to ${mostHidden}`,
    }),
    heads: upTo("attention heads", spec.superHeads),
    maxLayers: spec.superDepth,
  };
}

const keys = ["layer_num", "mlp_ratio", "num_heads", "embed_dim"];

/**
 * Reads `{"layer_num": D, "mlp_ratio": [D], "num_heads": [D], "embed_dim": [D]}`. Also accepted:
 * `embed_dim` as one number, as the original's YAML files have it, and lists that go on beyond
 * `layer_num` with allowed values or 0, since those layers do not run.
 */
export function readAutoFormerNotation(rules: AutoFormerRules, notation: unknown): ReadAutoFormer {
  if (typeof notation !== "object" || notation === null || Array.isArray(notation)) {
    const problem = `architecture: got ${show(notation)}, allowed is an object with ${keys.join(", ")}`;
    return { kind: "problems", problems: [problem] };
  }
  const record = notation as Record<string, unknown>;
  const problems = Object.keys(record)
    .filter((key) => !keys.includes(key))
    .map((key) => `${shorten(key)}: unknown key, allowed are ${keys.join(", ")}`);

  const depth = record.layer_num;
  if (!isAllowed(rules.depth, depth)) {
    problems.push(`layer_num: got ${show(depth)}, ${rules.depth.words}`);
    return { kind: "problems", problems };
  }
  const list = (key: string, allowed: Allowed): readonly number[] => {
    const value = record[key];
    if (!Array.isArray(value) || value.length < depth || value.length > rules.maxLayers) {
      const got = Array.isArray(value) ? `${value.length} values` : show(value);
      problems.push(`${key}: got ${got}, allowed is a list of ${depth} numbers, one per layer`);
      return [];
    }
    Array.from<unknown>(value).forEach((entry, layer) => {
      if (isAllowed(allowed, entry) || (layer >= depth && entry === 0)) return;
      problems.push(`${key}[${layer}]: got ${show(entry)}, ${allowed.words}`);
    });
    return value.slice(0, depth);
  };
  const embedDim = readWidth(record.embed_dim, rules, list, problems);
  const mlpRatios = list("mlp_ratio", rules.mlpRatio(embedDim));
  const heads = list("num_heads", rules.heads);
  return embedDim === undefined || problems.length > 0
    ? { kind: "problems", problems }
    : { kind: "genes", genes: { depth, embedDim, mlpRatios, heads } };
}

/** The one width of the network; undefined, with a problem, if there is none that is allowed. */
function readWidth(
  value: unknown,
  rules: AutoFormerRules,
  list: (key: string, allowed: Allowed) => readonly number[],
  problems: string[],
): number | undefined {
  if (typeof value === "number") {
    if (rules.embedDim.has(value)) return value;
    problems.push(`embed_dim: got ${show(value)}, ${rules.embedDim.words}`);
    return undefined;
  }
  const [width, ...others] = list("embed_dim", rules.embedDim);
  if (!isAllowed(rules.embedDim, width)) return undefined;
  const other = others.find((entry) => entry !== width);
  if (isAllowed(rules.embedDim, other)) {
    // The original accepts such files and then fails where a layer's output is added to its input.
    problems.push(
      `embed_dim: got ${width} and ${other}, allowed is one width for the whole network`,
    );
  }
  return width;
}

function isAllowed(allowed: Allowed, value: unknown): value is number {
  return typeof value === "number" && allowed.has(value);
}
