import {
  describeValue,
  Opaque,
  PickleDict,
  PickleGlobal,
  type PickleLimits,
  PickleObject,
  PickleTuple,
  type PickleValue,
  type PickleWorld,
} from "@collm/checkpoint";
import { CollmError } from "@collm/errors";

/**
 * What one record may cost, also in a file of many. A genuine one takes 48,000 opcodes and 11,000 texts and objects; trained
 * weights are byte strings, which are stepped over.
 */
export const recordLimits: PickleLimits = {
  opcodes: 1_000_000,
  values: 200_000,
  textBytes: 8 << 20,
  memoSlots: 200_000,
};

/** A byte string of a pickle, which only numbers of NumPy are made of. */
class ByteString extends PickleObject {
  readonly what = "bytes";
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }
}

const readers = {
  f8: { sizeBytes: 8, read: (view: DataView) => view.getFloat64(0, true) },
  f4: { sizeBytes: 4, read: (view: DataView) => view.getFloat32(0, true) },
  i8: { sizeBytes: 8, read: (view: DataView) => Number(view.getBigInt64(0, true)) },
  i4: { sizeBytes: 4, read: (view: DataView) => view.getInt32(0, true) },
} as const;

/** A dtype of NumPy, which BUILD tells its byte order. */
class NumpyDtype extends PickleObject {
  readonly what: string;
  readonly #reader: (typeof readers)[keyof typeof readers];
  #isLittleEndian = false;

  constructor(name: keyof typeof readers) {
    super();
    this.what = `numpy.dtype ${name}`;
    this.#reader = readers[name];
  }

  /** `(3, "<", None, None, None, -1, -1, 0)`; anything but `<` stays unreadable. */
  override setState(state: PickleValue): void {
    this.#isLittleEndian = state instanceof PickleTuple && state.items[1] === "<";
  }

  /** The number in these bytes; undefined when they do not fit. */
  numberOf(bytes: Uint8Array): number | undefined {
    const { sizeBytes, read } = this.#reader;
    if (!this.#isLittleEndian || bytes.length !== sizeBytes) return undefined;
    return read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  }
}

/**
 * What the benchmark's pickles may name: OrderedDict, the numbers of NumPy (old and new module
 * names), and how protocol 2 writes a byte string. Everything else becomes inert.
 */
export const benchmarkWorld: PickleWorld = {
  global: (name) => globals.get(name),
  persistent: (_, byteOffset) => new Opaque("a tensor's storage", byteOffset),
  bytes: (bytes) => new ByteString(bytes.slice()),
};

const globals: ReadonlyMap<string, PickleGlobal> = new Map(
  [
    new PickleGlobal("collections.OrderedDict", (args, at) =>
      args.length === 0
        ? new PickleDict()
        : new Opaque("a collections.OrderedDict with arguments", at),
    ),
    new PickleGlobal("numpy.dtype", ([name], at) =>
      typeof name === "string" && Object.hasOwn(readers, name)
        ? new NumpyDtype(name as keyof typeof readers)
        : new Opaque(`numpy.dtype ${describeValue(name)}`, at),
    ),
    new PickleGlobal("numpy.core.multiarray.scalar", numpyScalar),
    new PickleGlobal("numpy._core.multiarray.scalar", numpyScalar),
    new PickleGlobal("_codecs.encode", ([text, encoding], at) =>
      typeof text === "string" && encoding === "latin1" && text.length <= 8
        ? new ByteString(Buffer.from(text, "latin1"))
        : new Opaque("_codecs.encode", at),
    ),
  ].map((global) => [global.name, global]),
);

function numpyScalar(args: readonly PickleValue[], byteOffset: number): PickleValue {
  const [dtype, bytes] = args;
  const value =
    dtype instanceof NumpyDtype && bytes instanceof ByteString
      ? dtype.numberOf(bytes.bytes)
      : undefined;
  if (value !== undefined) return value;
  if (dtype instanceof Opaque || bytes instanceof Opaque) {
    return new Opaque("a NumPy number of another type", byteOffset);
  }
  throw new CollmError(
    "data-loss",
    `byte ${byteOffset}: found a NumPy number of (${args.slice(0, 2).map(describeValue).join(", ")}), ` +
      "expected (dtype f8, f4, i8 or i4, as many bytes, little-endian)",
  );
}
