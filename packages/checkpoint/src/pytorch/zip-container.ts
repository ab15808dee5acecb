import { ByteStream } from "../pickle/byte-stream.js";
import type { PickleLimits } from "../pickle/limits.js";
import type { PickleWorld } from "../pickle/machine.js";
import { pickleLookaheadBytes, pickleWindowBytes, runPickle } from "../pickle/run.js";
import { type PickleValue, quoteText } from "../pickle/value.js";
import type { RandomAccessFile } from "../random-access-file.js";
import { requireChecksum, type StorageBytes, type TorchContainer } from "./container.js";
import { TorchWorld } from "./globals.js";
import type { StorageRef } from "./tensor-ref.js";
import { locateZipEntry, readZipDirectory, requireStored, type ZipEntry } from "./zip-directory.js";

/**
 * The container that `torch.save` writes since PyTorch 1.6: a zip archive with everything in one folder,
 * whose name varies.
 *
 *     archive/data.pkl     the object; storages by persistent id
 *     archive/byteorder    `little`; since 2.1
 *     archive/data/KEY     the elements of one storage, little-endian
 *     archive/version, archive/.data/..., and others that are not needed
 */
export async function openZipContainer(file: RandomAccessFile): Promise<TorchContainer> {
  const entries = await readZipDirectory(file);
  const { root, folder } = await readObject(file, entries, new TorchWorld(file));
  const entryOf = (storage: StorageRef): ZipEntry => findStorage(file, entries, folder, storage);
  /** Positions of the entries' bytes, which each take a read to find. */
  const starts = new Map<string, number>();
  return {
    format: "zip",
    root,
    check: (storage) => void entryOf(storage),
    locate: async (storage): Promise<StorageBytes> => {
      const entry = entryOf(storage);
      const start = starts.get(entry.name) ?? (await locateZipEntry(file, entry));
      starts.set(entry.name, start);
      return { start, crc32: checksumOf(entry) };
    },
  };
}

/** Reads the saved object alone; of storages nothing is read. */
export async function readZipObject(
  file: RandomAccessFile,
  world: PickleWorld,
  limits: PickleLimits,
): Promise<PickleValue> {
  const { root } = await readObject(file, await readZipDirectory(file), world, limits);
  return root;
}

async function readObject(
  file: RandomAccessFile,
  entries: ReadonlyMap<string, ZipEntry>,
  world: PickleWorld,
  limits?: PickleLimits,
): Promise<{ readonly root: PickleValue; readonly folder: string }> {
  const pickle = findPickle(file, entries);
  const folder = pickle.name.slice(0, -"data.pkl".length);
  await checkByteOrder(file, entries.get(`${folder}byteorder`));
  return { root: await readPickle(file, pickle, world, limits), folder };
}

function findPickle(file: RandomAccessFile, entries: ReadonlyMap<string, ZipEntry>): ZipEntry {
  const pickles = [...entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    const found = `${pickles.length} entries FOLDER/data.pkl among ${entries.size}`;
    throw file.problem(0, found, "one, as torch.save writes it");
  }
  const folder = pickle.name.slice(0, -"data.pkl".length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw file.problem(
      pickle.recordStart,
      "a TorchScript archive",
      "a state dict saved with torch.save",
    );
  }
  return pickle;
}

async function readPickle(
  file: RandomAccessFile,
  entry: ZipEntry,
  world: PickleWorld,
  limits?: PickleLimits,
): Promise<PickleValue> {
  const { name, sizeBytes } = entry;
  requireStored(file, entry);
  const start = await locateZipEntry(file, entry);
  const checksum = checksumOf(entry);
  if (checksum !== undefined) {
    const crc32 = await file.crc32(start, sizeBytes, name);
    requireChecksum(file, { what: name, start }, crc32, checksum);
  }
  const stream = new ByteStream(
    file,
    { start, end: start + sizeBytes },
    { what: name, windowBytes: pickleWindowBytes, lookaheadBytes: pickleLookaheadBytes },
  );
  const root = await runPickle(stream, world, limits);
  if (stream.position !== stream.end) {
    const found = `${stream.end - stream.position} bytes after the pickle in ${name}`;
    throw file.problem(stream.position, found, "its end");
  }
  return root;
}

/** The entry of a storage, once it is known to have its size. */
function findStorage(
  file: RandomAccessFile,
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  storage: StorageRef,
): ZipEntry {
  const name = `${folder}data/${storage.key}`;
  const entry = entries.get(name);
  if (entry === undefined) {
    throw file.problem(storage.byteOffset, `no entry ${name}`, "one with the storage's elements");
  }
  requireStored(file, entry);
  if (entry.sizeBytes !== storage.sizeBytes) {
    throw file.problem(
      entry.recordStart,
      `entry ${name} of ${entry.sizeBytes} bytes`,
      `${storage.sizeBytes} for ${storage.elements} elements of ${storage.class.name}`,
    );
  }
  return entry;
}

async function checkByteOrder(file: RandomAccessFile, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined) return;
  requireStored(file, entry);
  const start = await locateZipEntry(file, entry);
  const length = Math.min(entry.sizeBytes, 16);
  const order = Buffer.from(await file.read(start, length, entry.name)).toString("latin1");
  if (order !== "little") throw file.problem(start, `byte order ${quoteText(order)}`, "little");
}

/** Writers that are told not to compute it leave 0. */
function checksumOf(entry: ZipEntry): number | undefined {
  return entry.crc32 === 0 ? undefined : entry.crc32;
}
