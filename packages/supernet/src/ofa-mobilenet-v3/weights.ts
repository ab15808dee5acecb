import { float32, type TensorSource } from "@collm/checkpoint";
import { blockCount, type ElasticMobileNetSpec } from "@collm/search-space";
import { SupernetTensorError } from "../supernet-tensor-error.js";
import { shrinkKernels } from "./kernel-transform.js";
import { blockPrefix, kernelMatrices, officialName, tensorTable } from "./tensor-table.js";

/** A supernet's tensors in memory, checked, with the depthwise kernels of every size. */
export interface ElasticWeights {
  /** Elements of a tensor by its official name. */
  tensor(name: string): Float32Array;
  /** Output channels of a tensor: the first size of its shape. */
  outputs(name: string): number;
  /** All channels' kernels `[channels, 1, size, size]` of searchable block `block` (from 0). */
  kernels(block: number, size: number): Float32Array;
  /** The name a tensor has in the file, for what users compare with the file. */
  nameInFile(name: string): string;
  /** Trained numbers, kernel matrices included and running statistics not. */
  readonly paramsCount: number;
  readonly tensorCount: number;
}

/**
 * Checks all tensors of `source` against the spec and reads them.
 * Throws `SupernetTensorError`, which lists everything missing, extra or misshapen.
 */
export async function loadElasticWeights(
  spec: ElasticMobileNetSpec,
  source: TensorSource,
): Promise<ElasticWeights> {
  const nameInFile = matchTensors(spec, source);
  const tensors = new Map<string, Float32Array>();
  for (const [name, fileName] of nameInFile) {
    tensors.set(name, float32(await source.read(fileName)));
  }
  const tensor = (name: string): Float32Array => lookUp(tensors, name);
  const table = tensorTable(spec);

  const kernelSets = Array.from({ length: blockCount(spec) }, (_, block) =>
    kernelsOfBlock(spec, `${blockPrefix(block + 1)}.depth_conv.conv`, tensor),
  );
  const isTrained = (name: string): boolean => !/\.running_(mean|var)$/.test(name);
  return {
    tensor,
    outputs: (name) => lookUp(table, name)[0] as number,
    kernels: (block, size) => lookUp(kernelSets[block] ?? new Map(), size),
    nameInFile: (name) => lookUp(nameInFile, name),
    paramsCount: [...tensors]
      .filter(([name]) => isTrained(name))
      .reduce((sum, [, elements]) => sum + elements.length, 0),
    tensorCount: source.names().length,
  };
}

/** Names in the file by official name, once every tensor is known to be there in the right shape. */
function matchTensors(
  spec: ElasticMobileNetSpec,
  source: TensorSource,
): ReadonlyMap<string, string> {
  const problems: string[] = [];
  const table = tensorTable(spec);
  const nameInFile = new Map<string, string>();
  for (const fileName of source.names()) {
    const name = officialName(fileName);
    const twin = nameInFile.get(name);
    if (twin !== undefined) problems.push(`${fileName} and ${twin} are the same tensor`);
    if (table.has(name)) nameInFile.set(name, fileName);
    else if (!isCounterOf(name, table))
      problems.push(`${fileName} is not a tensor of this supernet`);
  }
  for (const [name, shape] of table) {
    const found = nameInFile.get(name);
    const foundShape = found === undefined ? undefined : source.info(found)?.shape;
    const expected = `expected [${shape.join(", ")}]`;
    if (!foundShape) problems.push(`${name} is missing, ${expected}`);
    else if (foundShape.join() !== shape.join()) {
      problems.push(`${found} has shape [${foundShape.join(", ")}], ${expected}`);
    }
  }
  if (problems.length > 0) throw new SupernetTensorError(source.origin, problems);
  return nameInFile;
}

/** Whether `name` counts the batches of a BatchNorm that the table knows. */
function isCounterOf(name: string, table: ReadonlyMap<string, unknown>): boolean {
  const norm = /^(.+)\.num_batches_tracked$/.exec(name)?.[1];
  return norm !== undefined && table.has(`${norm}.running_mean`);
}

/** The stored, largest kernels and those derived from them step by step. */
function kernelsOfBlock(
  spec: ElasticMobileNetSpec,
  prefix: string,
  tensor: (name: string) => Float32Array,
): ReadonlyMap<number, Float32Array> {
  let kernels = tensor(`${prefix}.conv.weight`);
  const sets = new Map([[spec.kernels.at(-1) as number, kernels]]);
  for (const { from, to, name } of kernelMatrices(spec).toReversed()) {
    kernels = shrinkKernels(kernels, from, to, tensor(`${prefix}.${name}`));
    sets.set(to, kernels);
  }
  return sets;
}

function lookUp<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`the supernet holds nothing for ${key}`);
  return value;
}
