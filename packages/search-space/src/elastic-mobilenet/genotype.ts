import type { Architecture, Gene } from "../space.js";
import type { ElasticMobileNetGenes } from "./plan.js";
import { blockCount, type ElasticMobileNetSpec, maxDepth } from "./spec.js";

/**
 * How the genes of an elastic MobileNet lie in a choice vector:
 *
 *     index   0   1 ... S     S+1 ... S+B     S+B+1 ... S+2B
 *     gene    r   d[0..S-1]   ks[0..B-1]      e[0..B-1]
 *
 * with S stages and B blocks. Block b is position b mod maxDepth of stage floor(b / maxDepth)
 * and runs if and only if its position is below the stage's depth.
 */
export interface GenotypeLayout {
  readonly genes: readonly Gene[];
  readonly depthGene: (stage: number) => number;
  readonly kernelGene: (block: number) => number;
  readonly expansionGene: (block: number) => number;
  /** The block that a gene belongs to; undefined for resolution and depths. */
  readonly blockOf: (gene: number) => number | undefined;
}

export function layoutGenotype(spec: ElasticMobileNetSpec): GenotypeLayout {
  const stages = spec.stages.length;
  const blocks = blockCount(spec);
  const series = (length: number, gene: (i: number) => Gene): Gene[] =>
    Array.from({ length }, (_, i) => gene(i));
  return {
    genes: [
      { name: "r", dimension: "resolution", choices: spec.resolutions },
      ...series(stages, (i) => ({ name: `d[${i}]`, dimension: "depth", choices: spec.depths })),
      ...series(blocks, (i) => ({
        name: `ks[${i}]`,
        dimension: "kernel size",
        choices: spec.kernels,
      })),
      ...series(blocks, (i) => ({
        name: `e[${i}]`,
        dimension: "expansion ratio",
        choices: spec.expansions,
      })),
    ],
    depthGene: (stage) => 1 + stage,
    kernelGene: (block) => 1 + stages + block,
    expansionGene: (block) => 1 + stages + blocks + block,
    blockOf: (gene) => (gene <= stages ? undefined : (gene - 1 - stages) % blocks),
  };
}

/** The values behind an architecture's choice indices. */
export function genesOf(
  spec: ElasticMobileNetSpec,
  layout: GenotypeLayout,
  choices: readonly number[],
): ElasticMobileNetGenes {
  const value = (gene: number): number =>
    layout.genes[gene]?.choices[choices[gene] as number] as number;
  const blocks = Array.from({ length: blockCount(spec) }, (_, block) => block);
  return {
    resolution: value(0),
    depths: spec.stages.map((_, stage) => value(layout.depthGene(stage))),
    kernels: blocks.map((block) => value(layout.kernelGene(block))),
    expansions: blocks.map((block) => value(layout.expansionGene(block))),
  };
}

/**
 * `r24/k3e2.k5e4/k7e1/...`: the resolution, then one group per stage with one `k<kernel>e<expansion>`
 * per running block. Depth is the length of a group, and skipped blocks do not appear.
 */
export function canonicalString(spec: ElasticMobileNetSpec, genes: ElasticMobileNetGenes): string {
  const groups = spec.stages.map((_, stage) => {
    const first = stage * maxDepth(spec);
    const running = Array.from({ length: genes.depths[stage] as number }, (_, i) => first + i);
    return running.map((b) => `k${genes.kernels[b]}e${genes.expansions[b]}`).join(".");
  });
  return [`r${genes.resolution}`, ...groups].join("/");
}

/** The notation a canonical string stands for, or undefined when it is not of that form. */
export function notationOfCanonical(
  spec: ElasticMobileNetSpec,
  canonical: string,
): { ks: number[]; e: number[]; d: number[]; r: number } | undefined {
  const [head, ...groups] = canonical.split("/");
  const resolution = /^r(\d+)$/.exec(head ?? "");
  if (!resolution || groups.length !== spec.stages.length) return undefined;
  const ks: number[] = [];
  const e: number[] = [];
  const d: number[] = [];
  for (const group of groups) {
    const blocks = group.split(".");
    if (blocks.length > maxDepth(spec)) return undefined;
    d.push(blocks.length);
    for (let position = 0; position < maxDepth(spec); position++) {
      const text = blocks[position];
      const match = text === undefined ? undefined : /^k(\d+)e(\d+)$/.exec(text);
      if (match === null) return undefined;
      ks.push(match ? Number(match[1]) : 0);
      e.push(match ? Number(match[2]) : 0);
    }
  }
  return { ks, e, d, r: Number(resolution[1]) };
}

/** Whether the gene has an effect: resolution and depths always, a block's genes if it runs. */
export function isGeneActive(
  spec: ElasticMobileNetSpec,
  layout: GenotypeLayout,
  gene: number,
  choices: readonly number[],
): boolean {
  const block = layout.blockOf(gene);
  if (block === undefined) return true;
  const stage = Math.floor(block / maxDepth(spec));
  const depth = spec.depths[choices[layout.depthGene(stage)] as number] as number;
  return block % maxDepth(spec) < depth;
}

/** OFA's notation with 0 for the genes of skipped blocks, as its predictors write it. */
export function notationOf(
  spec: ElasticMobileNetSpec,
  layout: GenotypeLayout,
  architecture: Architecture,
): { ks: number[]; e: number[]; d: number[]; r: number } {
  const genes = genesOf(spec, layout, architecture.choices);
  const orZero = (gene: number, value: number): number =>
    isGeneActive(spec, layout, gene, architecture.choices) ? value : 0;
  return {
    ks: genes.kernels.map((kernel, block) => orZero(layout.kernelGene(block), kernel)),
    e: genes.expansions.map((ratio, block) => orZero(layout.expansionGene(block), ratio)),
    d: [...genes.depths],
    r: genes.resolution,
  };
}
