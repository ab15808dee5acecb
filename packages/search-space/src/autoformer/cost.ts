import type { Cost } from "../cost.js";
import type { AutoFormerGenes } from "./genotype.js";
import {
  type AutoFormerSpec,
  autoFormerHeadDim,
  autoFormerMaxRelativePosition,
  mlpWidth,
  patchCount,
} from "./spec.js";

/** Exact costs of a subnet. All three grow with every gene. */
export function autoFormerCost(spec: AutoFormerSpec, genes: AutoFormerGenes): Cost {
  return {
    macs: trueMacs(spec, genes),
    officialFlops: officialComplexity(spec, genes),
    paramsCount: sampledParams(spec, genes),
  };
}

/** Per running layer, the width of queries, keys and values and the hidden width of the MLP. */
function layerWidths({ embedDim, mlpRatios, heads }: AutoFormerGenes) {
  return mlpRatios.map((ratio, layer) => ({
    q: autoFormerHeadDim * (heads[layer] as number),
    hidden: mlpWidth(embedDim, ratio),
  }));
}

/** Numbers that a patch holds. */
function patchNumbers({ patch }: AutoFormerSpec): number {
  return 3 * patch * patch;
}

/**
 * Multiply-accumulates of every matrix product, each as often as it really runs: the head once, and
 * the relative positions as two products of the size of the attention itself.
 */
function trueMacs(spec: AutoFormerSpec, genes: AutoFormerGenes): number {
  const patches = patchCount(spec);
  const tokens = patches + 1;
  const e = genes.embedDim;
  return layerWidths(genes).reduce(
    (sum, { q, hidden }) =>
      sum + tokens * 4 * q * e + 4 * tokens * tokens * q + 2 * tokens * e * hidden,
    patches * patchNumbers(spec) * e + spec.classes * e,
  );
}

/**
 * What the original's `get_complexity(patches)` returns, quirks included: 198 tokens instead of 197
 * inside the blocks (the network and each block add one), the head counted for every token, relative
 * positions counted far too low, LayerNorms counted as products, no final norm. It reads 3 to 10 %
 * below {@link trueMacs}. A half for an odd embedding width, whole for every one a search may choose.
 */
function officialComplexity(spec: AutoFormerSpec, genes: AutoFormerGenes): number {
  const patches = patchCount(spec);
  const t = patches + 2;
  const e = genes.embedDim;
  const embedding = e + patches * patchNumbers(spec) * e + ((patches + 1) * e) / 2;
  return layerWidths(genes).reduce(
    (sum, { q, hidden }) => {
      const attention = 3 * t * q * e + 2 * t * t * q + t * q * e;
      const relativePosition =
        2 * autoFormerMaxRelativePosition * t * t + (t * t) / 2 + (t * q) / 2;
      return sum + 2 * t * e + attention + relativePosition + 2 * t * e * hidden;
    },
    embedding + (patches + 1) * spec.classes * e,
  );
}

/** What the original's `get_sampled_params_numel` returns: exactly the sliced subnet's parameters. */
function sampledParams(spec: AutoFormerSpec, genes: AutoFormerGenes): number {
  const e = genes.embedDim;
  const embedding = patchNumbers(spec) * e + e;
  const positions = e * (2 + patchCount(spec));
  // Vertical and horizontal, for keys and for values; one row for the class token, one unused.
  const tables = 4 * (2 * autoFormerMaxRelativePosition + 2) * autoFormerHeadDim;
  const finalNormAndHead = 2 * e + spec.classes * e + spec.classes;
  return layerWidths(genes).reduce(
    (sum, { q, hidden }) => {
      const attention = 3 * q * e + 3 * q + tables + e * q + e;
      const norms = 4 * e;
      const mlp = hidden * e + hidden + e * hidden + e;
      return sum + attention + norms + mlp;
    },
    embedding + positions + finalNormAndHead,
  );
}
