import type { Tensor } from "@collm/checkpoint";
import { type AutoFormerSpec, fnv1a } from "@collm/search-space";
import { autoFormerTensorTable } from "./tensor-table.js";

/**
 * Weights and images computed from a formula, the same as those that the original code ran with for
 * the reference outputs in `test/golden/autoformer`; see the README there.
 */

/** A hash in [0, 1) of a name's seed and an index. */
function unit(seed: number, index: number): number {
  let x = Math.imul(index + 1, 0x9e3779b9) ^ seed;
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  x ^= x >>> 15;
  return (x >>> 8) / 2 ** 24;
}

/** Half width and middle of the range that a tensor's numbers are from. */
function rangeOf(name: string, shape: readonly number[]): readonly [number, number] {
  if (["cls_token", "pos_embed", "patch_embed_super.proj.bias"].includes(name)) return [0.05, 0];
  if (name.includes("embeddings_table")) return [0.5, 0];
  if (name.endsWith(".bias")) return [0.1, 0];
  if (shape.length === 1) return [0.5, 1];
  if (name === "patch_embed_super.proj.weight") return [0.05 * Math.sqrt(3 / 768), 0];
  return [Math.sqrt(3 / (shape[1] as number)), 0];
}

/** All tensors of a supernet. */
export function formulaTensors(spec: AutoFormerSpec): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of autoFormerTensorTable(spec)) {
    const seed = fnv1a(name);
    const [width, middle] = rangeOf(name, shape);
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < data.length; i++) data[i] = (2 * unit(seed, i) - 1) * width + middle;
    tensors.set(name, { dtype: "float32", shape, data });
  }
  return tensors;
}

/** Two images `[2, 3, 224, 224]` as they enter the network. */
export function formulaImages(): Float32Array {
  const [coarse, fine] = [fnv1a("input.coarse"), fnv1a("input.fine")];
  const images = new Float32Array(2 * 3 * 224 * 224);
  for (let i = 0; i < images.length; i++) {
    const plane = Math.floor(i / (224 * 224));
    const y = Math.floor(i / 224) % 224;
    const cell = (plane * 7 + (y >> 5)) * 7 + ((i % 224) >> 5);
    images[i] = 1.5 * (2 * unit(coarse, cell) - 1) + 0.5 * (2 * unit(fine, i) - 1);
  }
  return images;
}
