import type { Tensor } from "@collm/checkpoint";
import { type ElasticMobileNetSpec, fnv1a } from "@collm/search-space";
import { tensorTable } from "./tensor-table.js";

/**
 * Weights and images computed from a formula, the same as those that the original code ran with for
 * the reference outputs in `test/golden/ofa`. Every number is a hash of the tensor's name and the
 * flat index, computed in double precision in exactly this order and rounded once.
 */

/** A hash in [-1, 1) of a name's seed and an index. */
function signed(seed: number, index: number): number {
  let x = (seed + Math.imul(index, 0x9e3779b9)) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return 2 * ((x >>> 8) / 16777216) - 1;
}

/** The element at flat `index` of a tensor, given its hash `s`. */
type Rule = (s: number, index: number) => number;

function ruleOf(name: string, shape: readonly number[]): Rule {
  if (name.endsWith("_matrix")) {
    const size = shape[0] as number;
    return (s, i) => (Math.floor(i / size) === i % size ? 1.0 + 0.1 * s : 0.1 * s);
  }
  if (name.endsWith("running_var")) return (s) => 1.0 + 0.5 * s;
  if (name.endsWith("running_mean")) return (s) => 0.2 * s;
  if (name.endsWith(".fc.expand.bias")) return (s) => 1.0 + s;
  if (shape.length === 1) return name.endsWith(".weight") ? (s) => 1.0 + 0.5 * s : (s) => 0.2 * s;
  return weightRuleOf(name, shape);
}

function weightRuleOf(name: string, shape: readonly number[]): Rule {
  const [, inputs = 1, kernel = 1] = shape;
  if (shape.length === 4 && inputs === 1 && kernel > 1) {
    const scale = 1.3 * Math.sqrt(3 / 9);
    const rings = [1, 1, 0.5, 0.25];
    const centre = Math.floor(kernel / 2);
    return (s, i) => {
      const y = Math.floor(i / kernel) % kernel;
      const ring = Math.max(Math.abs(y - centre), Math.abs((i % kernel) - centre));
      return scale * s * (rings[ring] as number);
    };
  }
  if (name.includes(".point_linear.")) {
    const scale = 1.0 * Math.sqrt(3 / inputs);
    return (s, i) => (2 * (i % inputs) >= inputs ? scale * s * 0.5 : scale * s);
  }
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const scale = (name === "classifier.linear.weight" ? 4 : 1.3) * Math.sqrt(3 / fanIn);
  return (s) => scale * s;
}

/** All tensors of a supernet in the official spelling, `num_batches_tracked` included. */
export function formulaTensors(spec: ElasticMobileNetSpec): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of tensorTable(spec)) {
    const seed = fnv1a(name);
    const rule = ruleOf(name, shape);
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < data.length; i++) data[i] = rule(signed(seed, i), i);
    tensors.set(name, { dtype: "float32", shape, data });
    if (name.endsWith(".running_var")) {
      tensors.set(name.replace(/running_var$/, "num_batches_tracked"), {
        dtype: "int64",
        shape: [],
        data: new BigInt64Array(1),
      });
    }
  }
  return tensors;
}

/** Images `[count, 3, size, size]` of a tag, as they enter the network. */
export function formulaImages(tag: string, count: number, size: number): Float32Array {
  const [offset, coarse, fine] = ["offset", "coarse", "fine"].map((part) =>
    fnv1a(`image.${tag}.${part}`),
  ) as [number, number, number];
  const grid = Math.floor((size + 15) / 16);
  const images = new Float32Array(count * 3 * size * size);
  for (let i = 0; i < images.length; i++) {
    const plane = Math.floor(i / (size * size));
    const y = Math.floor(i / size) % size;
    const cell = (plane * grid + Math.floor(y / 16)) * grid + Math.floor((i % size) / 16);
    images[i] = 0.8 * signed(offset, plane) + 1.2 * signed(coarse, cell) + 0.6 * signed(fine, i);
  }
  return images;
}

/** Exclusive or of all bit patterns, as 8 hex digits. */
export function xorOfBits(elements: Float32Array): string {
  const bits = new Uint32Array(elements.buffer, elements.byteOffset, elements.length);
  let xor = 0;
  for (const pattern of bits) xor ^= pattern;
  return (xor >>> 0).toString(16).padStart(8, "0");
}
