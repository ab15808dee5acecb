import { float32, type TensorSource } from "@collm/checkpoint";
import { SupernetTensorError } from "./supernet-tensor-error.js";

/** Tensors of a supernet by name, with their shapes, in the order of the official files. */
export type TensorTable = ReadonlyMap<string, readonly number[]>;

/** A supernet's tensors in memory, once every one was found in the right shape. */
export interface SupernetTensors {
  /** Elements of a tensor by its official name. */
  tensor(name: string): Float32Array;
  /** The tensor's shape. */
  shape(name: string): readonly number[];
  /** The name a tensor has in the file, for what users compare with the file. */
  nameInFile(name: string): string;
  /** Trained numbers: everything but running statistics. */
  readonly paramsCount: number;
  /** Tensors of the file, counters that nothing reads included. */
  readonly tensorCount: number;
}

/**
 * Checks all tensors of `source` against the table and reads them, and nothing else of the file.
 *
 * @param officialName what an older or newer spelling of a name stands for; default: itself.
 * @throws SupernetTensorError listing every tensor that is missing, extra or misshapen.
 */
export async function loadTensors(
  table: TensorTable,
  source: TensorSource,
  officialName: (name: string) => string = (name) => name,
): Promise<SupernetTensors> {
  const nameInFile = matchTensors(table, source, officialName);
  const tensors = new Map<string, Float32Array>();
  for (const [name, fileName] of nameInFile) {
    tensors.set(name, float32(await source.read(fileName)));
  }
  return {
    tensor: (name) => lookUp(tensors, name),
    shape: (name) => lookUp(table, name),
    nameInFile: (name) => lookUp(nameInFile, name),
    paramsCount: [...tensors]
      .filter(([name]) => !/\.running_(mean|var)$/.test(name))
      .reduce((sum, [, elements]) => sum + elements.length, 0),
    tensorCount: source.names().length,
  };
}

/** Names in the file by official name, once every tensor is known to be there in the right shape. */
function matchTensors(
  table: TensorTable,
  source: TensorSource,
  officialName: (name: string) => string,
): ReadonlyMap<string, string> {
  const problems: string[] = [];
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

/** Whether `name` counts the batches of a BatchNorm that the table knows; files may lack counters. */
function isCounterOf(name: string, table: TensorTable): boolean {
  const norm = /^(.+)\.num_batches_tracked$/.exec(name)?.[1];
  return norm !== undefined && table.has(`${norm}.running_mean`);
}

function lookUp<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`the supernet holds nothing for ${key}`);
  return value;
}
