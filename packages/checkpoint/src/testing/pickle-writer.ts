import { opcode } from "../pickle/opcodes.js";

/**
 * Pickles by hand: each function gives the opcodes that push one value, so that programs are put together
 * like the values they make, and hostile ones like any others.
 *
 *     pickle(dict([[text("epoch"), int(3)]]))
 */

/** A whole pickle: protocol 2, one value, STOP. */
export function pickle(value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(opcode.proto, 2), value, Buffer.of(opcode.stop)]);
}

export function none(): Buffer {
  return Buffer.of(opcode.none);
}

export function bool(value: boolean): Buffer {
  return Buffer.of(value ? opcode.newTrue : opcode.newFalse);
}

/** An integer as Python's pickler writes it: the shortest form that holds it. */
export function int(value: number | bigint): Buffer {
  if (value >= 0 && value < 256) return Buffer.of(opcode.binInt1, Number(value));
  if (value === BigInt.asIntN(32, BigInt(value)) || Number(value) === (Number(value) | 0)) {
    const bytes = Buffer.of(opcode.binInt, 0, 0, 0, 0);
    bytes.writeInt32LE(Number(value), 1);
    return bytes;
  }
  return long(BigInt(value));
}

/** An integer with its length in front, lowest byte first. */
export function long(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length += 1;
  const bytes = Buffer.alloc(2 + length);
  bytes[0] = opcode.long1;
  bytes[1] = length;
  for (let i = 0; i < length; i += 1) bytes[2 + i] = Number((value >> BigInt(i * 8)) & 0xffn);
  return bytes;
}

/** A double, highest byte first. */
export function float(value: number): Buffer {
  const bytes = Buffer.alloc(9, opcode.binFloat);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** A byte string of at most 255 bytes. */
export function shortBytes(value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(opcode.shortBinBytes, value.length), value]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(opcode.binUnicode), uint32(bytes.length), bytes]);
}

export function tuple(...items: readonly Uint8Array[]): Buffer {
  if (items.length === 0) return Buffer.of(opcode.emptyTuple);
  return Buffer.concat([Buffer.of(opcode.mark), ...items, Buffer.of(opcode.tuple)]);
}

export function list(...items: readonly Uint8Array[]): Buffer {
  return Buffer.concat([
    Buffer.of(opcode.emptyList, opcode.mark),
    ...items,
    Buffer.of(opcode.appends),
  ]);
}

type Entries = readonly (readonly [key: Uint8Array, value: Uint8Array])[];

export function dict(entries: Entries): Buffer {
  return Buffer.concat([Buffer.of(opcode.emptyDict), setItems(entries)]);
}

/** An OrderedDict; with `state`, BUILD sets its attributes as PyTorch does for `_metadata`. */
export function orderedDict(entries: Entries, state?: Uint8Array): Buffer {
  const made = Buffer.concat([call("collections", "OrderedDict"), setItems(entries)]);
  return state ? Buffer.concat([made, state, Buffer.of(opcode.build)]) : made;
}

export function global(module: string, name: string): Buffer {
  return Buffer.concat([Buffer.of(opcode.global), Buffer.from(`${module}\n${name}\n`)]);
}

/** What a class or function gives for these arguments. */
export function call(module: string, name: string, ...args: readonly Uint8Array[]): Buffer {
  return Buffer.concat([global(module, name), tuple(...args), Buffer.of(opcode.reduce)]);
}

/** An object as `object.__reduce_ex__(2)` writes it: its class without arguments, then its attributes. */
export function instance(module: string, name: string, attributes: Entries): Buffer {
  return Buffer.concat([
    global(module, name),
    Buffer.of(opcode.emptyTuple, opcode.newObj),
    dict(attributes),
    Buffer.of(opcode.build),
  ]);
}

export function persistent(id: Uint8Array): Buffer {
  return Buffer.concat([id, Buffer.of(opcode.binPersId)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** In batches of 1000 entries, as picklers write them. */
function setItems(entries: Entries): Buffer {
  const batches: Buffer[] = [];
  for (let start = 0; start < entries.length; start += 1000) {
    batches.push(
      Buffer.of(opcode.mark),
      ...entries
        .slice(start, start + 1000)
        .flat()
        .map((bytes) => Buffer.from(bytes)),
      Buffer.of(opcode.setItems),
    );
  }
  return Buffer.concat(batches);
}
