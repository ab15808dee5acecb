import {
  type AutoFormerSpec,
  autoFormerHeadDim,
  autoFormerMaxRelativePosition,
  patchCount,
  superMlpWidth,
} from "@collm/search-space";
import type { TensorTable } from "../match-tensors.js";

/** Rows of a table of relative positions: two distances to each side at most 14 apart, and spare ones. */
const tableRows = 2 * autoFormerMaxRelativePosition + 2;

/** The tensors of an AutoFormer supernet, in the order of its `state_dict`. */
export function autoFormerTensorTable(spec: AutoFormerSpec): TensorTable {
  const { superEmbedDim: width, superDepth, patch, classes } = spec;
  const hidden = superMlpWidth(spec);
  const table = new Map<string, readonly number[]>();
  const linear = (name: string, outputs: number, inputs: number): void => {
    table.set(`${name}.weight`, [outputs, inputs]);
    table.set(`${name}.bias`, [outputs]);
  };
  const layerNorm = (name: string): void => {
    table.set(`${name}.weight`, [width]);
    table.set(`${name}.bias`, [width]);
  };

  table.set("pos_embed", [1, 1 + patchCount(spec), width]);
  table.set("cls_token", [1, 1, width]);
  table.set("patch_embed_super.proj.weight", [width, 3, patch, patch]);
  table.set("patch_embed_super.proj.bias", [width]);
  for (let layer = 0; layer < superDepth; layer++) {
    const block = `blocks.${layer}`;
    linear(`${block}.attn.qkv`, 3 * width, width);
    for (const part of ["k", "v"]) {
      for (const axis of ["v", "h"]) {
        const name = `${block}.attn.rel_pos_embed_${part}.embeddings_table_${axis}`;
        table.set(name, [tableRows, autoFormerHeadDim]);
      }
    }
    linear(`${block}.attn.proj`, width, width);
    layerNorm(`${block}.attn_layer_norm`);
    layerNorm(`${block}.ffn_layer_norm`);
    linear(`${block}.fc1`, hidden, width);
    linear(`${block}.fc2`, width, hidden);
  }
  layerNorm("norm");
  linear("head", classes, width);
  return table;
}
