import { type Architecture, createRng, type SearchSpace } from "@collm/search-space";
import type { MeasuredSplit } from "./executor.js";

/** Images that a landscape pretends to have measured; accuracies are multiples of 1 / images. */
export const landscapeImages = 10_000;

/** Top-1 percent of the cheapest architecture and of the largest, before gene effects. */
const cheapestPercent = 58;
const largestPercent = 78;
/** How fast accuracy saturates: at half of the (logarithmic) way, 78 % of the gain is reached. */
const saturation = 2.5;
/** Spread of the sum of all gene effects, in percentage points (about one standard deviation). */
const effectPercent = 2.5;
/** Largest noise, in percentage points, of one architecture on one split. */
const noisePercent = 0.25;

/**
 * Made-up accuracies that can be learned like real ones: they saturate in log MACs, every active
 * gene's choice adds its own effect, and a little noise depends on the whole architecture. The same
 * seed and architecture always give the same accuracy.
 */
export interface Landscape {
  top1Percent(architecture: Architecture, split: MeasuredSplit): number;
}

export function createLandscape(seed: number, space: SearchSpace): Landscape {
  const logMacs = (architecture: Architecture): number => Math.log(space.cost(architecture).macs);
  const low = logMacs(space.cheapest("macs"));
  const high = logMacs(space.canonicalise(space.genes.map((gene) => gene.choices.length - 1)));
  // Uniform draws have a standard deviation of 1 / sqrt(3).
  const scale = effectPercent * Math.sqrt(3 / space.genes.length);
  const effects = space.genes.map((gene, i) =>
    gene.choices.map((_, choice) => scale * signed("effect", seed, i, choice)),
  );
  return {
    top1Percent: (architecture, split) => {
      const position = (logMacs(architecture) - low) / Math.max(high - low, Number.EPSILON);
      const size = (1 - Math.exp(-saturation * position)) / (1 - Math.exp(-saturation));
      const genes = architecture.choices.reduce(
        (sum, choice, gene) =>
          space.isActive(gene, architecture.choices)
            ? sum + (effects[gene]?.[choice] as number)
            : sum,
        0,
      );
      const noise = noisePercent * signed("noise", seed, split, architecture.canonical);
      const percent = cheapestPercent + (largestPercent - cheapestPercent) * size + genes + noise;
      return wholeImages(Math.min(99, Math.max(1, percent)));
    },
  };
}

/** The nearest accuracy that a whole number of images can have. */
function wholeImages(percent: number): number {
  return Math.round((percent * landscapeImages) / 100) / (landscapeImages / 100);
}

/** A number in [-1, 1) that depends on all keys. */
function signed(...keys: readonly (string | number)[]): number {
  return 2 * createRng("landscape", ...keys).next() - 1;
}
