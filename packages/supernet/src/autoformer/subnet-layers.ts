import {
  type AutoFormerGenes,
  type AutoFormerSpec,
  autoFormerHeadDim,
  autoFormerMaxRelativePosition,
  mlpWidth,
  patchCount,
} from "@collm/search-space";
import type { SupernetTensors } from "../match-tensors.js";
import { gatherRows, leadingBlock } from "../slices.js";
import type { Layer, SubnetLayers } from "../subnet-layers.js";
import type {
  LayerNormLayer,
  PatchEmbeddingLayer,
  Projection,
  RelativePositions,
} from "../transformer-layers.js";

/** PyTorch's default, which the original uses; timm's models have 1e-6. */
const layerNormEpsilon = 1e-5;

/** Row of the tables that every pair with the class token shares. */
const classTokenRow = 0;

/**
 * Cuts a subnet. Everything is a prefix of the supernet's tensors but the weights of queries, keys
 * and values, whose rows lie interleaved: q_j, k_j and v_j are rows 3j, 3j + 1 and 3j + 2. The bias
 * of the three is *not* interleaved but cut as one block of 3 times the width, so which entry a key
 * or value channel gets depends on the number of heads. It looks like an oversight (reported to the
 * authors), but the supernets were trained with it.
 */
export function cutAutoFormer(
  spec: AutoFormerSpec,
  tensors: SupernetTensors,
  genes: AutoFormerGenes,
): SubnetLayers {
  const cutter = new Cutter(tensors, spec, genes.embedDim);
  const patches = patchCount(spec);
  const layers: Layer[] = [cutter.patchEmbedding(patches)];
  for (let layer = 0; layer < genes.depth; layer++) {
    const name = `blocks.${layer}`;
    const hidden = mlpWidth(genes.embedDim, genes.mlpRatios[layer] as number);
    layers.push(
      {
        kind: "residual",
        name: `${name}.attention`,
        body: [
          cutter.layerNorm(`${name}.attn_layer_norm`),
          cutter.attention(`${name}.attn`, genes.heads[layer] as number, Math.sqrt(patches)),
        ],
      },
      {
        kind: "residual",
        name: `${name}.mlp`,
        body: [
          cutter.layerNorm(`${name}.ffn_layer_norm`),
          {
            kind: "token-linear",
            name: `${name}.fc1`,
            activation: "gelu",
            ...cutter.linear(`${name}.fc1`, hidden, genes.embedDim),
          },
          {
            kind: "token-linear",
            name: `${name}.fc2`,
            activation: "none",
            ...cutter.linear(`${name}.fc2`, genes.embedDim, hidden),
          },
        ],
      },
    );
  }
  layers.push(
    cutter.layerNorm("norm"),
    { kind: "patch-mean", patches, width: genes.embedDim },
    { kind: "linear", name: "head", ...cutter.linear("head", spec.classes, genes.embedDim) },
  );
  return { layers };
}

class Cutter {
  readonly #tensors: SupernetTensors;
  readonly #spec: AutoFormerSpec;
  /** Live channels of a token. */
  readonly #width: number;

  constructor(tensors: SupernetTensors, spec: AutoFormerSpec, width: number) {
    this.#tensors = tensors;
    this.#spec = spec;
    this.#width = width;
  }

  patchEmbedding(patches: number): PatchEmbeddingLayer {
    const { patch, superEmbedDim } = this.#spec;
    const name = "patch_embed_super.proj";
    const positions = this.#tensors.tensor("pos_embed");
    const constants = leadingBlock(positions, superEmbedDim, 1 + patches, this.#width).slice();
    const classToken = this.#tensors.tensor("cls_token");
    for (let channel = 0; channel < this.#width; channel++) {
      constants[channel] = (classToken[channel] as number) + (constants[channel] as number);
    }
    return {
      kind: "patch-embedding",
      name,
      weight: this.#tensors.tensor(`${name}.weight`).subarray(0, this.#width * 3 * patch * patch),
      weightShape: [this.#width, 3, patch, patch],
      bias: this.#leading(`${name}.bias`, this.#width),
      constants,
      patches,
    };
  }

  layerNorm(name: string): LayerNormLayer {
    return {
      kind: "layer-norm",
      name,
      scale: this.#leading(`${name}.weight`, this.#width),
      shift: this.#leading(`${name}.bias`, this.#width),
      epsilon: layerNormEpsilon,
    };
  }

  /** `[:outputs, :inputs]` of a weight and the leading entries of its bias. */
  linear(name: string, outputs: number, inputs: number): Projection {
    const [, columns = 0] = this.#tensors.shape(`${name}.weight`);
    return {
      weight: leadingBlock(this.#tensors.tensor(`${name}.weight`), columns, outputs, inputs),
      weightShape: [outputs, inputs],
      bias: this.#leading(`${name}.bias`, outputs),
    };
  }

  attention(name: string, heads: number, grid: number): Layer {
    const width = autoFormerHeadDim * heads;
    const part = (index: 0 | 1 | 2): Projection => ({
      weight: gatherRows(
        this.#tensors.tensor(`${name}.qkv.weight`),
        this.#spec.superEmbedDim,
        this.#width,
        width,
        (row) => 3 * row + index,
      ),
      weightShape: [width, this.#width],
      bias: this.#tensors.tensor(`${name}.qkv.bias`).subarray(index * width, (index + 1) * width),
    });
    return {
      kind: "relative-attention",
      name,
      heads,
      headWidth: autoFormerHeadDim,
      grid,
      // A power of two, so this changes no digit of any score.
      query: scaled(part(0), autoFormerHeadDim ** -0.5),
      key: part(1),
      value: part(2),
      keyPositions: this.#positions(`${name}.rel_pos_embed_k`, grid),
      valuePositions: this.#positions(`${name}.rel_pos_embed_v`, grid),
      projection: this.linear(`${name}.proj`, this.#width, width),
    };
  }

  /** The rows for the distances that a grid has, and the sum of both tables' first rows. */
  #positions(name: string, grid: number): RelativePositions {
    const table = (axis: "v" | "h"): Float32Array =>
      this.#tensors.tensor(`${name}.embeddings_table_${axis}`);
    const middle = autoFormerMaxRelativePosition + 1;
    const near = (rows: Float32Array): Float32Array =>
      rows.subarray((middle - grid + 1) * autoFormerHeadDim, (middle + grid) * autoFormerHeadDim);
    const [vertical, horizontal] = [table("v"), table("h")];
    const start = classTokenRow * autoFormerHeadDim;
    return {
      vertical: near(vertical),
      horizontal: near(horizontal),
      classToken: Float32Array.from(
        { length: autoFormerHeadDim },
        (_, i) => (vertical[start + i] as number) + (horizontal[start + i] as number),
      ),
    };
  }

  #leading(name: string, count: number): Float32Array {
    return this.#tensors.tensor(name).subarray(0, count);
  }
}

function scaled({ weight, weightShape, bias }: Projection, factor: number): Projection {
  return {
    weight: weight.map((value) => value * factor),
    weightShape,
    bias: bias.map((value) => value * factor),
  };
}
