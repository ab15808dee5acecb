import type { Tensor } from "@collm/checkpoint";
import { fnv1a, type ShuffleNetSpec } from "@collm/search-space";
import { shuffleNetTensorTable } from "./tensor-table.js";

/**
 * Weights and images computed from a formula, the same as those that the original code ran with for
 * the reference outputs in `test/golden/spos`; see the README there.
 */

/** Number `index` (from 0) of the sequence that belongs to a seed, a 32-bit whole number. */
function draw(seed: number, index: number): number {
  let z = (seed + Math.imul(index + 1, 0x9e3779b9)) | 0;
  z ^= z >>> 16;
  z = Math.imul(z, 0x21f0aaad);
  z ^= z >>> 15;
  z = Math.imul(z, 0x735a2d97);
  z ^= z >>> 15;
  return z >>> 0;
}

/** The element with hash `u` in [0, 1) of a tensor. */
function ruleOf(name: string, shape: readonly number[]): (u: number) => number {
  if (name.endsWith(".running_mean")) return (u) => (u - 0.5) * 0.2;
  if (name.endsWith(".running_var")) return (u) => 0.5 + u;
  const [, inputs] = shape;
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const gain = shape.length === 4 && inputs === 1 ? 1 : 2;
  const scale = Math.sqrt((3 * gain) / fanIn) / (name === "first_conv.0.weight" ? 128 : 1);
  return (u) => (2 * u - 1) * scale;
}

/** All tensors of a supernet, counters included. */
export function formulaTensors(spec: ShuffleNetSpec): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of shuffleNetTensorTable(spec)) {
    const seed = fnv1a(name);
    const rule = ruleOf(name, shape);
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < data.length; i++) data[i] = rule((draw(seed, i) >>> 8) / 16777216);
    tensors.set(name, { dtype: "float32", shape, data });
    if (name.endsWith(".running_var")) {
      const counter = { dtype: "int64", shape: [], data: new BigInt64Array(1) } as const;
      tensors.set(name.replace(/running_var$/, "num_batches_tracked"), counter);
    }
  }
  return tensors;
}

/** Images `[ids.length, 3, side, side]` of bytes, as they enter the network: blue is plane 0. */
export function formulaImages(ids: readonly number[], side: number): Float32Array {
  const images = new Float32Array(ids.length * 3 * side * side);
  let next = 0;
  for (const id of ids) {
    const noiseSeed = fnv1a(`image:${id}`);
    for (let plane = 0; plane < 3; plane++) {
      const q = (j: number): number => draw(fnv1a(`wave:${id}:${plane}`), j);
      const [ax, ay, phase] = [1 + (q(0) % 7), 1 + (q(1) % 7), q(2) % 512];
      const [low, span] = [q(3) % 128, 32 + (q(4) % 97)];
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const noise = draw(noiseSeed, (plane * side + y) * side + x) >>> 24;
          const t = (ax * x + ay * y + phase) % 512;
          const p = (3 * (t < 256 ? t : 511 - t) + noise) >> 2;
          images[next++] = low + ((p * span) >> 8);
        }
      }
    }
  }
  return images;
}
