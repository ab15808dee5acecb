import { describeValue, Opaque, PickleDict, type PickleValue, quoteText } from "../pickle/value.js";
import type { RandomAccessFile } from "../random-access-file.js";
import { TensorRef } from "./tensor-ref.js";

/** The named tensors of a checkpoint, wherever in it they were. */
export interface StateDict {
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, TensorRef>;
  /** Entries that may be tensors, but not of a kind that is read. */
  readonly inert: ReadonlyMap<string, Opaque>;
  /** Where it was and what was done to names, for people: `under "state_dict", prefix "module." removed`. */
  readonly place: string;
}

/**
 * Keys under which training scripts save the weights: `state_dict` by once-for-all and SPOS, `model` by
 * AutoFormer, `model_state_dict` by PyTorch's own tutorials.
 */
const wrappers = ["state_dict", "model", "model_state_dict"] as const;

/** What `DataParallel` puts in front of every name. */
const parallelPrefix = "module.";

/**
 * Finds the state dict: what the saved object holds under one of the usual keys, else the object itself.
 * Tensors beside such a key are not weights (the best accuracy, a random generator's state). Looks no
 * deeper, so that objects which hold themselves do no harm. Throws `CheckpointFormatError` when there is
 * none, or more than one.
 */
export function findStateDict(file: RandomAccessFile, root: PickleValue): StateDict {
  if (!(root instanceof PickleDict)) {
    const at = root instanceof Opaque || root instanceof TensorRef ? root.byteOffset : 0;
    const expected = "a dict of tensors, as torch.save(network.state_dict(), ...) writes it";
    throw file.problem(at, `${describeValue(root)} as the saved object`, expected);
  }
  const wrapped = wrappers.flatMap((key) => {
    const dict = root.get(key);
    return dict instanceof PickleDict && holdsTensor(dict)
      ? [{ place: `under "${key}"`, dict }]
      : [];
  });
  if (wrapped.length > 1) {
    const found = `tensors ${wrapped.map(({ place }) => place).join(" and ")}`;
    throw file.problem(0, found, "one dict of tensors");
  }
  const [chosen] = wrapped;
  if (chosen) return readStateDict(file, chosen.dict, chosen.place);
  if (holdsTensor(root)) return readStateDict(file, root, "at the top");
  const found = `no tensors at the top or under ${wrappers.join(", ")}; the object has ${keysOf(root)}`;
  throw file.problem(0, found, "a dict of tensors");
}

function readStateDict(file: RandomAccessFile, dict: PickleDict, place: string): StateDict {
  const tensors = new Map<string, TensorRef>();
  const inert = new Map<string, Opaque>();
  for (const [key, value] of dict.entries()) {
    // Step counters, `_metadata` and the like.
    if (!(value instanceof TensorRef || value instanceof Opaque)) continue;
    if (typeof key !== "string") {
      if (value instanceof Opaque) continue;
      throw file.problem(
        value.byteOffset,
        `a tensor named ${describeValue(key)}`,
        "a text as name",
      );
    }
    if (tensors.has(key) || inert.has(key)) {
      throw file.problem(value.byteOffset, `a second tensor ${quoteText(key)}`, "each name once");
    }
    if (value instanceof TensorRef) tensors.set(key, value);
    else inert.set(key, value);
  }
  const isParallel = [...tensors.keys()].every((name) => name.startsWith(parallelPrefix));
  if (!isParallel) return { tensors, inert, place };
  return {
    tensors: withoutPrefix(tensors),
    inert: withoutPrefix(inert),
    place: `${place}, prefix "${parallelPrefix}" removed`,
  };
}

function withoutPrefix<Value>(named: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  return new Map(
    [...named].map(([name, value]) => [
      name.startsWith(parallelPrefix) ? name.slice(parallelPrefix.length) : name,
      value,
    ]),
  );
}

function holdsTensor(dict: PickleDict): boolean {
  for (const [, value] of dict.entries()) if (value instanceof TensorRef) return true;
  return false;
}

/** Keys for messages, the first ones of many. */
function keysOf(dict: PickleDict): string {
  const shown: string[] = [];
  for (const [key, value] of dict.entries()) {
    if (shown.length === 12) return `${shown.join(", ")}, ...`;
    const name = typeof key === "string" ? quoteText(key) : describeValue(key);
    shown.push(`${name} (${describeValue(value)})`);
  }
  return shown.length === 0 ? "no keys" : `the keys ${shown.join(", ")}`;
}
