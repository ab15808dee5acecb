import type { DType, Tensor } from "../tensor.js";
import {
  bool,
  call,
  dict,
  global,
  int,
  list,
  long,
  none,
  orderedDict,
  persistent,
  pickle,
  text,
  tuple,
  uint64,
} from "./pickle-writer.js";
import { encodeZip, type WrittenEntry } from "./zip-writer.js";

/** Bytes of a storage by its key. */
export interface WrittenStorage {
  readonly key: string;
  readonly elements: number;
  readonly bytes: Uint8Array;
}

/** A saved object: the opcodes that make it (see pickle-writer.ts), and its storages. */
export interface SavedObject {
  readonly root: Uint8Array;
  readonly storages: readonly WrittenStorage[];
}

/** The container of PyTorch 1.6 and later. */
export function encodeTorchZip(
  { root, storages }: SavedObject,
  others: readonly WrittenEntry[] = [],
): Buffer {
  return encodeZip([
    { name: "archive/data.pkl", bytes: pickle(root) },
    ...storages.map(({ key, bytes }) => ({ name: `archive/data/${key}`, bytes })),
    { name: "archive/version", bytes: Buffer.from("3\n") },
    ...others,
  ]);
}

/** The container of PyTorch until 1.5. */
export function encodeTorchLegacy({ root, storages }: SavedObject): Buffer {
  const inOrder = storages.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return Buffer.concat([
    ...legacyPreamble(),
    pickle(root),
    pickle(list(...inOrder.map(({ key }) => text(key)))),
    ...inOrder.flatMap(({ elements, bytes }) => [uint64(elements), Buffer.from(bytes)]),
  ]);
}

/** The three pickles before the object. */
export function legacyPreamble(isLittleEndian = true): Buffer[] {
  const system = dict([
    [text("protocol_version"), int(1001)],
    [text("little_endian"), bool(isLittleEndian)],
    [text("type_sizes"), dict([[text("int"), int(4)]])],
  ]);
  return [pickle(long(0x1950a86a20f9469cfc6cn)), pickle(int(1001)), pickle(system)];
}

const storageClasses = {
  float64: "DoubleStorage",
  float32: "FloatStorage",
  float16: "HalfStorage",
  bfloat16: "BFloat16Storage",
  int64: "LongStorage",
  int32: "IntStorage",
  int16: "ShortStorage",
  int8: "CharStorage",
  uint8: "ByteStorage",
  bool: "BoolStorage",
} as const satisfies Record<DType, string>;

/** A tensor's view of a storage, as the opcodes that make it. */
export function tensorOpcodes(view: {
  readonly key: string;
  readonly dtype: DType;
  readonly elements: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  /** Default: row-major. */
  readonly strides?: readonly number[];
  readonly location?: string;
}): Buffer {
  const { key, dtype, elements, offset = 0, shape, location = "cpu" } = view;
  const strides = view.strides ?? rowMajorStrides(shape);
  const storage = persistent(
    tuple(
      text("storage"),
      global("torch", storageClasses[dtype]),
      text(key),
      text(location),
      int(elements),
      none(),
    ),
  );
  return call(
    "torch._utils",
    "_rebuild_tensor_v2",
    storage,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    bool(false),
    orderedDict([]),
  );
}

/** A state dict with these tensors, each over a storage of its own. */
export function savedTensors(tensors: ReadonlyMap<string, Tensor>): SavedObject {
  const storages: WrittenStorage[] = [];
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    const key = String(storages.length);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    storages.push({ key, elements: data.length, bytes });
    return [text(name), tensorOpcodes({ key, dtype, elements: data.length, shape })] as const;
  });
  const metadata = dict([[text("_metadata"), orderedDict([])]]);
  return { root: dict([[text("state_dict"), orderedDict(entries, metadata)]]), storages };
}

function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, i) =>
    shape.slice(i + 1).reduce((product, size) => product * Math.max(size, 1), 1),
  );
}
