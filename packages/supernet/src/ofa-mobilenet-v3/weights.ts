import type { TensorSource } from "@collm/checkpoint";
import { blockCount, type ElasticMobileNetSpec } from "@collm/search-space";
import { loadTensors, type SupernetTensors } from "../match-tensors.js";
import { shrinkKernels } from "./kernel-transform.js";
import { blockPrefix, kernelMatrices, officialName, tensorTable } from "./tensor-table.js";

/** A supernet's tensors in memory, checked, with the depthwise kernels of every size. */
export interface ElasticWeights extends SupernetTensors {
  /** All channels' kernels `[channels, 1, size, size]` of searchable block `block` (from 0). */
  kernels(block: number, size: number): Float32Array;
}

/**
 * Checks all tensors of `source` against the spec and reads them.
 * Throws `SupernetTensorError`, which lists everything missing, extra or misshapen.
 */
export async function loadElasticWeights(
  spec: ElasticMobileNetSpec,
  source: TensorSource,
): Promise<ElasticWeights> {
  const tensors = await loadTensors(tensorTable(spec), source, officialName);
  const kernelSets = Array.from({ length: blockCount(spec) }, (_, block) =>
    kernelsOfBlock(spec, `${blockPrefix(block + 1)}.depth_conv.conv`, tensors),
  );
  return {
    ...tensors,
    kernels: (block, size) => {
      const kernels = kernelSets[block]?.get(size);
      if (!kernels) throw new RangeError(`block ${block} has no kernels of size ${size}`);
      return kernels;
    },
  };
}

/** The stored, largest kernels and those derived from them step by step. */
function kernelsOfBlock(
  spec: ElasticMobileNetSpec,
  prefix: string,
  tensors: SupernetTensors,
): ReadonlyMap<number, Float32Array> {
  let kernels = tensors.tensor(`${prefix}.conv.weight`);
  const sets = new Map([[spec.kernels.at(-1) as number, kernels]]);
  for (const { from, to, name } of kernelMatrices(spec).toReversed()) {
    kernels = shrinkKernels(kernels, from, to, tensors.tensor(`${prefix}.${name}`));
    sets.set(to, kernels);
  }
  return sets;
}
