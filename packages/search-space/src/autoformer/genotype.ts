import type { Architecture, Gene } from "../space.js";
import type { AutoFormerSpec } from "./spec.js";

/** Values of one network; the lists have one entry per running layer. */
export interface AutoFormerGenes {
  /** Layers that run: the supernet's first ones. */
  readonly depth: number;
  /** Width of the tokens. */
  readonly embedDim: number;
  readonly mlpRatios: readonly number[];
  readonly heads: readonly number[];
}

/** The original project's notation. */
export interface AutoFormerNotation {
  readonly layer_num: number;
  readonly mlp_ratio: readonly number[];
  readonly num_heads: readonly number[];
  /** The one width of the network, once per layer. */
  readonly embed_dim: readonly number[];
  readonly [key: string]: unknown;
}

/**
 * How the genes of an AutoFormer lie in a choice vector, L being the largest depth:
 *
 *     index   0           1           2 ... L+1         L+2 ... 2L+1
 *     gene    layer_num   embed_dim   mlp_ratio[0..]    num_heads[0..]
 *
 * Layer l runs if and only if l < layer_num.
 */
export interface AutoFormerLayout {
  readonly genes: readonly Gene[];
  /** Whether the gene has an effect: depth and width always, a layer's genes if it runs. */
  readonly isActive: (gene: number, choices: readonly number[]) => boolean;
  readonly genesOf: (choices: readonly number[]) => AutoFormerGenes;
  /** The choice vector of values that are all among the choices, 0 for layers that do not run. */
  readonly choicesOf: (genes: AutoFormerGenes) => readonly number[];
}

export function layoutAutoFormer(spec: AutoFormerSpec): AutoFormerLayout {
  const { depths, embedDims, mlpRatios, headChoices } = spec;
  const maxDepth = depths.at(-1) as number;
  const layers = Array.from({ length: maxDepth }, (_, layer) => layer);
  const ratioGene = (layer: number): number => 2 + layer;
  const headsGene = (layer: number): number => 2 + maxDepth + layer;
  const depthOf = (choices: readonly number[]): number => depths[choices[0] as number] as number;
  return {
    genes: [
      { name: "layer_num", dimension: "depth", choices: depths },
      { name: "embed_dim", dimension: "embedding width", choices: embedDims },
      ...layers.map((layer) => ({
        name: `mlp_ratio[${layer}]`,
        dimension: "mlp ratio",
        choices: mlpRatios,
      })),
      ...layers.map((layer) => ({
        name: `num_heads[${layer}]`,
        dimension: "attention heads",
        choices: headChoices,
      })),
    ],
    isActive: (gene, choices) => gene < 2 || (gene - 2) % maxDepth < depthOf(choices),
    genesOf: (choices) => {
      const depth = depthOf(choices);
      const running = layers.slice(0, depth);
      const value = (list: readonly number[], gene: number): number =>
        list[choices[gene] as number] as number;
      return {
        depth,
        embedDim: value(embedDims, 1),
        mlpRatios: running.map((layer) => value(mlpRatios, ratioGene(layer))),
        heads: running.map((layer) => value(headChoices, headsGene(layer))),
      };
    },
    choicesOf: ({ depth, embedDim, mlpRatios: ratios, heads }) => [
      depths.indexOf(depth),
      embedDims.indexOf(embedDim),
      ...layers.map((layer) => (layer < depth ? mlpRatios.indexOf(ratios[layer] as number) : 0)),
      ...layers.map((layer) => (layer < depth ? headChoices.indexOf(heads[layer] as number) : 0)),
    ],
  };
}

/** `e192/m3.5h3/m4h4/...`: the width, then one `m<ratio>h<heads>` per running layer. */
export function canonicalAutoFormer({ embedDim, mlpRatios, heads }: AutoFormerGenes): string {
  return [`e${embedDim}`, ...mlpRatios.map((ratio, layer) => `m${ratio}h${heads[layer]}`)].join(
    "/",
  );
}

/** The notation a canonical string stands for, or undefined when it is not of that form. */
export function autoFormerNotationOfCanonical(canonical: string): AutoFormerNotation | undefined {
  const [head, ...layers] = canonical.split("/");
  const width = /^e(\d+)$/.exec(head ?? "");
  if (!width) return undefined;
  const mlpRatios: number[] = [];
  const heads: number[] = [];
  for (const layer of layers) {
    const match = /^m(\d+(?:\.\d+)?)h(\d+)$/.exec(layer);
    if (!match) return undefined;
    mlpRatios.push(Number(match[1]));
    heads.push(Number(match[2]));
  }
  return autoFormerNotation({
    depth: layers.length,
    embedDim: Number(width[1]),
    mlpRatios,
    heads,
  });
}

/** The original notation, with lists as long as the network is deep. */
export function autoFormerNotation(genes: AutoFormerGenes): AutoFormerNotation {
  return {
    layer_num: genes.depth,
    mlp_ratio: [...genes.mlpRatios],
    num_heads: [...genes.heads],
    embed_dim: new Array<number>(genes.depth).fill(genes.embedDim),
  };
}

/** The layer values of an architecture, for the code that builds its network. */
export function autoFormerGenes(spec: AutoFormerSpec, architecture: Architecture): AutoFormerGenes {
  return layoutAutoFormer(spec).genesOf(architecture.choices);
}
