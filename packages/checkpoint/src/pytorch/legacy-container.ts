import { ByteStream } from "../pickle/byte-stream.js";
import type { PickleLimits } from "../pickle/limits.js";
import type { PickleWorld } from "../pickle/machine.js";
import { pickleLookaheadBytes, pickleWindowBytes, runPickle } from "../pickle/run.js";
import { describeValue, PickleDict, PickleList, type PickleValue } from "../pickle/value.js";
import type { RandomAccessFile } from "../random-access-file.js";
import type { TorchContainer } from "./container.js";
import { TorchWorld } from "./globals.js";
import type { StorageRef } from "./tensor-ref.js";

/** The first pickle of every file: an integer that cannot stand at the start of another format. */
const magicNumber = 0x1950a86a20f9469cfc6cn;

const protocolVersion = 1001;

/**
 * The container that `torch.save` wrote until PyTorch 1.5, and writes still with
 * `_use_new_zipfile_serialization=False`: five pickles, then the storages.
 *
 *     magic number, protocol version 1001
 *     {"protocol_version": 1001, "little_endian": True, "type_sizes": {...}}
 *     the object; storages by persistent id
 *     list of the storages' keys
 *     for each key in this order: element count (int64), the elements (all little-endian)
 *
 * The file ends with the last element. It has no checksums.
 */
export async function openLegacyContainer(file: RandomAccessFile): Promise<TorchContainer> {
  const world = new TorchWorld(file);
  const { root, stream } = await readLegacyObject(file, world);
  const starts = await locateStorages(file, stream, world);
  const startOf = (storage: StorageRef): number => {
    const start = starts.get(storage.key);
    if (start !== undefined) return start;
    const found = `storage ${storage.key}, which the list of storages lacks`;
    throw file.problem(storage.byteOffset, found, "one of the list");
  };
  return {
    format: "legacy",
    root,
    check: (storage) => void startOf(storage),
    locate: async (storage) => ({ start: startOf(storage), crc32: undefined }),
  };
}

/** Reads the first four pickles. The stream then stands before the list of keys. */
export async function readLegacyObject(
  file: RandomAccessFile,
  world: PickleWorld,
  limits?: PickleLimits,
): Promise<{ readonly root: PickleValue; readonly stream: ByteStream }> {
  const stream = new ByteStream(
    file,
    { start: 0, end: file.sizeBytes },
    { what: "the file", windowBytes: pickleWindowBytes, lookaheadBytes: pickleLookaheadBytes },
  );
  await readPreamble(stream, world);
  return { root: await runPickle(stream, world, limits), stream };
}

async function readPreamble(stream: ByteStream, world: PickleWorld): Promise<void> {
  await expectPickle(
    stream,
    world,
    "the magic number of PyTorch",
    (value) => value === magicNumber,
  );
  await expectPickle(
    stream,
    world,
    `protocol version ${protocolVersion}`,
    (value) => value === protocolVersion,
  );
  await expectPickle(
    stream,
    world,
    "a little-endian file",
    (value) => value instanceof PickleDict && value.get("little_endian") === true,
  );
}

async function expectPickle(
  stream: ByteStream,
  world: PickleWorld,
  expected: string,
  isRight: (value: PickleValue) => boolean,
): Promise<void> {
  const at = stream.position;
  const value = await runPickle(stream, world);
  if (isRight(value)) return;
  const order = value instanceof PickleDict ? value.get("little_endian") : undefined;
  const found = order === false ? "a big-endian file" : describeValue(value);
  throw stream.problem(at, found, expected);
}

/** Positions of the storages' first elements by key. The stream stands before the list of keys. */
async function locateStorages(
  file: RandomAccessFile,
  stream: ByteStream,
  world: TorchWorld,
): Promise<ReadonlyMap<string, number>> {
  const listStart = stream.position;
  const keys = await runPickle(stream, world);
  if (!(keys instanceof PickleList)) {
    throw file.problem(listStart, describeValue(keys), "a list of storages");
  }
  // A small window: between two counts lie elements, which are stepped over.
  const counts = new ByteStream(
    file,
    { start: stream.position, end: file.sizeBytes },
    { what: "the file", windowBytes: 4096, lookaheadBytes: 8 },
  );
  const starts = new Map<string, number>();
  for (const key of keys.items) {
    const storage = typeof key === "string" ? world.storages.get(key) : undefined;
    if (storage === undefined || starts.has(storage.key)) {
      const problem = storage === undefined ? "of no class that is known" : "a second time";
      const found = `storage ${describeValue(key)} ${problem}`;
      throw file.problem(listStart, found, "each storage of the object once");
    }
    if (counts.needsFill) await counts.fill();
    const at = counts.position;
    const elements = counts.uint64();
    if (elements !== storage.elements) {
      const found = `${elements} elements of storage ${storage.key}`;
      throw file.problem(at, found, `${storage.elements}, as the object says`);
    }
    starts.set(storage.key, counts.position);
    counts.skip(storage.sizeBytes);
  }
  if (counts.position !== file.sizeBytes) {
    const found = `${file.sizeBytes - counts.position} bytes after the last storage`;
    throw file.problem(counts.position, found, "the end of the file");
  }
  return starts;
}
