import type { PickleWorld } from "../pickle/machine.js";
import {
  describeValue,
  Opaque,
  PickleDict,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
} from "../pickle/value.js";
import type { RandomAccessFile } from "../random-access-file.js";
import { elementSizeBytes, maxDimensions } from "../tensor.js";
import { type StorageClass, StorageRef, TensorRef } from "./tensor-ref.js";

/**
 * Tensors and storages that one file may make. Stops files that make a tensor of every 5 bytes; the
 * SPOS supernet has 1337 tensors, with an optimizer 2000.
 */
const maxTensors = 50_000;

/**
 * Classes of storages. An UntypedStorage counts bytes. Elements without a dtype are stepped over: their
 * tensors are inert, as are those of all other classes.
 */
const storageClasses: ReadonlyMap<string, StorageClass> = new Map(
  (
    [
      ["torch.DoubleStorage", "float64"],
      ["torch.FloatStorage", "float32"],
      ["torch.HalfStorage", "float16"],
      ["torch.BFloat16Storage", "bfloat16"],
      ["torch.LongStorage", "int64"],
      ["torch.IntStorage", "int32"],
      ["torch.ShortStorage", "int16"],
      ["torch.CharStorage", "int8"],
      ["torch.ByteStorage", "uint8"],
      ["torch.BoolStorage", "bool"],
      ["torch.storage.UntypedStorage", "uint8"],
      ["torch.ComplexDoubleStorage", 16],
      ["torch.ComplexFloatStorage", 8],
      ["torch.QInt32Storage", 4],
      ["torch.QInt8Storage", 1],
      ["torch.QUInt8Storage", 1],
    ] as const
  ).map(([name, elements]) => [
    name,
    typeof elements === "number"
      ? { name, dtype: undefined, elementSizeBytes: elements }
      : { name, dtype: elements, elementSizeBytes: elementSizeBytes(elements) },
  ]),
);

/**
 * What the pickles of `torch.save` may name: OrderedDict, the storage classes and the functions that rebuild
 * plain tensors. A tensor over anything inert is inert as well; one whose numbers are impossible is an error.
 */
export class TorchWorld implements PickleWorld {
  readonly #file: RandomAccessFile;
  readonly #globals: ReadonlyMap<string, PickleGlobal>;
  readonly #storages = new Map<string, StorageRef>();
  #tensors = 0;

  constructor(file: RandomAccessFile) {
    this.#file = file;
    this.#globals = new Map(
      [
        new PickleGlobal("collections.OrderedDict", (args, at) => this.#orderedDict(args, at)),
        new PickleGlobal("torch._utils._rebuild_tensor", (args, at) => this.#tensor(args, 4, at)),
        new PickleGlobal("torch._utils._rebuild_tensor_v2", (args, at) =>
          this.#tensor(args, 6, at),
        ),
        new PickleGlobal("torch._utils._rebuild_parameter", (args, at) =>
          this.#parameter(args, at),
        ),
        ...[...storageClasses.keys()].map((name) => new PickleGlobal(name)),
      ].map((global) => [global.name, global]),
    );
  }

  /** All storages that were named so far, by key. */
  get storages(): ReadonlyMap<string, StorageRef> {
    return this.#storages;
  }

  global(name: string): PickleGlobal | undefined {
    return this.#globals.get(name);
  }

  /** `('storage', class, key, location, element count)`, in the legacy container with `view or None` after it. */
  persistent(id: PickleValue, byteOffset: number): PickleValue {
    const [type, cls, key, , elements, view] = id instanceof PickleTuple ? id.items : [];
    // A network that was saved whole names its classes so.
    if (type === "module") return new Opaque(describeValue(cls), byteOffset);
    if (type !== "storage") {
      throw this.#file.problem(
        byteOffset,
        `persistent id ${describeValue(id)}`,
        "('storage', ...)",
      );
    }
    const storageClass = cls instanceof PickleGlobal ? storageClasses.get(cls.name) : undefined;
    if (storageClass === undefined) {
      return new Opaque(`a storage of ${describeValue(cls)}`, byteOffset);
    }
    if (typeof key !== "string" || !isSize(elements)) {
      const found = `a storage named ${describeValue(key)} of ${describeValue(elements)} elements`;
      throw this.#file.problem(byteOffset, found, "a text and a whole number of 0 or more");
    }
    const storage = this.#knownOrNew(
      new StorageRef({ key, class: storageClass, elements, byteOffset }),
    );
    if (storageClass.dtype === undefined) {
      return new Opaque(`a storage of ${storageClass.name}`, byteOffset);
    }
    const isWhole = view === undefined || view === null;
    return isWhole ? storage : new Opaque("a part of a storage", byteOffset);
  }

  #knownOrNew(storage: StorageRef): StorageRef {
    const known = this.#storages.get(storage.key);
    if (known === undefined) {
      this.#count(storage.byteOffset);
      this.#storages.set(storage.key, storage);
      return storage;
    }
    if (known.class === storage.class && known.elements === storage.elements) return known;
    throw this.#file.problem(
      storage.byteOffset,
      `storage ${storage.key} as ${storage.elements} elements of ${storage.class.name}`,
      `${known.elements} of ${known.class.name} as at byte ${known.byteOffset}`,
    );
  }

  /** Items follow by SETITEMS. Python 2 passed them as argument; its files are not read. */
  #orderedDict(args: readonly PickleValue[], byteOffset: number): PickleValue {
    if (args.length === 0) return new PickleDict();
    return new Opaque("a collections.OrderedDict with arguments", byteOffset);
  }

  /** `(data, requires_grad, hooks)`: the tensor alone matters. */
  #parameter(args: readonly PickleValue[], byteOffset: number): PickleValue {
    const [data] = args;
    if (data instanceof TensorRef || data instanceof Opaque) return data;
    throw this.#file.problem(byteOffset, `a parameter of ${describeValue(data)}`, "of a tensor");
  }

  /** `(storage, offset, size, stride)`, in version 2 with `requires_grad, hooks` and perhaps metadata. */
  #tensor(args: readonly PickleValue[], arity: 4 | 6, byteOffset: number): PickleValue {
    const [storage, offset, size, stride] = args;
    if (storage instanceof Opaque)
      return new Opaque(`a tensor over ${describeValue(storage)}`, byteOffset);
    const metadata = args[6];
    if (metadata instanceof PickleDict && metadata.size > 0) {
      return new Opaque("a tensor with metadata", byteOffset);
    }
    const shape = sizesOf(size);
    const strides = sizesOf(stride);
    const dtype = storage instanceof StorageRef ? storage.class.dtype : undefined;
    if (!(storage instanceof StorageRef && dtype && isSize(offset) && shape && strides)) {
      const found = `a tensor of (${args.slice(0, 4).map(describeValue).join(", ")})`;
      throw this.#file.problem(byteOffset, found, "(storage, offset, sizes, strides)");
    }
    if (args.length < arity || args.length > 7) {
      throw this.#file.problem(byteOffset, `${args.length} arguments of a tensor`, `${arity}`);
    }
    if (shape.length !== strides.length || shape.length > maxDimensions) {
      const found = `${shape.length} sizes and ${strides.length} strides of a tensor`;
      throw this.#file.problem(byteOffset, found, `as many of each, at most ${maxDimensions}`);
    }
    this.#count(byteOffset);
    const tensor = new TensorRef({ storage, dtype, offset, shape, strides, byteOffset });
    this.#checkBounds(tensor);
    return tensor;
  }

  #checkBounds(tensor: TensorRef): void {
    const { storage, offset, shape, strides, byteOffset } = tensor;
    const end = offset + tensor.spanElements;
    if (end > storage.elements) {
      throw this.#file.problem(
        byteOffset,
        `a tensor [${shape.join(", ")}] with strides [${strides.join(", ")}] up to element ${end}`,
        `one within the ${storage.elements} elements of storage ${storage.key}`,
      );
    }
    // A view may show an element many times (`expand`), so that the bounds say nothing about its size.
    if (tensor.sizeBytes > this.#file.sizeBytes) {
      throw this.#file.problem(
        byteOffset,
        `a tensor [${shape.join(", ")}] of ${tensor.sizeBytes} bytes`,
        `at most the ${this.#file.sizeBytes} bytes of the file`,
      );
    }
  }

  #count(byteOffset: number): void {
    this.#tensors += 1;
    if (this.#tensors > maxTensors) {
      const found = `more than ${maxTensors} tensors and storages`;
      throw this.#file.problem(byteOffset, found, `at most ${maxTensors}`);
    }
  }
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function sizesOf(value: PickleValue | undefined): readonly number[] | undefined {
  return value instanceof PickleTuple && value.items.every(isSize) ? value.items : undefined;
}
