import type { Architecture } from "../space.js";
import type { GenotypeLayout } from "./genotype.js";
import { type ElasticMobileNetSpec, maxDepth } from "./spec.js";

/**
 * Reads canonical strings by looking their parts up: a journal's fold reads one for each
 * evaluation. Gives undefined for any other text; why it is none is not its business.
 */
export function createCanonicalParser(
  spec: ElasticMobileNetSpec,
  layout: GenotypeLayout,
): (canonical: string) => Architecture | undefined {
  const resolutions = new Map(spec.resolutions.map((r, choice) => [`r${r}`, choice]));
  const depths = new Map(spec.depths.map((depth, choice) => [depth, choice]));
  const blocks = new Map<string, { kernelChoice: number; expansionChoice: number }>(
    spec.kernels.flatMap((kernel, kernelChoice) =>
      spec.expansions.map(
        (ratio, expansionChoice) =>
          [`k${kernel}e${ratio}`, { kernelChoice, expansionChoice }] as const,
      ),
    ),
  );
  return (canonical) => {
    const [head = "", ...groups] = canonical.split("/");
    const resolution = resolutions.get(head);
    if (resolution === undefined || groups.length !== spec.stages.length) return undefined;
    const choices = new Array<number>(layout.genes.length).fill(0);
    choices[0] = resolution;
    for (const [stage, group] of groups.entries()) {
      const parts = group.split(".");
      const depth = depths.get(parts.length);
      if (depth === undefined) return undefined;
      choices[layout.depthGene(stage)] = depth;
      for (const [position, part] of parts.entries()) {
        const block = blocks.get(part);
        if (!block) return undefined;
        const place = stage * maxDepth(spec) + position;
        choices[layout.kernelGene(place)] = block.kernelChoice;
        choices[layout.expansionGene(place)] = block.expansionChoice;
      }
    }
    return { canonical, choices };
  };
}
