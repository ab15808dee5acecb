import { deflateRawSync } from "node:zlib";
import {
  dict,
  encodeZip,
  legacyPreamble,
  list,
  pickle,
  text,
  tuple,
  uint64,
  type WrittenEntry,
} from "@collm/checkpoint/testing";
import type { Rng } from "@collm/search-space";
import type { CorruptedFile, Format } from "./corrupted-file.js";
import { storages, tensor } from "./hostile-tensor.js";

const root = dict([[text("weight"), tensor()]]);
const pickleEntry: WrittenEntry = { name: "archive/data.pkl", bytes: pickle(root) };
const storageEntry: WrittenEntry = { name: "archive/data/0", bytes: new Uint8Array(24) };

/** 16 MB of zeros in 16 kB. */
const deflatedZeros = deflateRawSync(Buffer.alloc(16 << 20));

type Archive = (rng: Rng) => Buffer;

const zipBombs: Readonly<Record<string, Archive>> = {
  "a deflated pickle": (rng) => encodeZip([bomb(pickleEntry, rng), storageEntry]),
  "a deflated storage": (rng) => encodeZip([pickleEntry, bomb(storageEntry, rng)]),
  "a deflated byte order": (rng) =>
    encodeZip([
      bomb({ name: "archive/byteorder", bytes: new Uint8Array() }, rng),
      pickleEntry,
      storageEntry,
    ]),
  "thousands of entries over the same bytes": (rng) =>
    encodeZip([
      pickleEntry,
      storageEntry,
      ...Array.from({ length: 1000 + rng.int(9000) }, (_, i) => ({
        name: `archive/data/${i + 1}`,
        bytes: new Uint8Array(),
        sizeBytes: 24,
        compressedBytes: 24,
        headerStart: 0,
      })),
    ]),
  "entries without end": (rng) =>
    encodeZip(
      Array.from({ length: 15_000 + rng.int(15_000) }, (_, i) => ({
        name: `archive/data/${i}`,
        bytes: new Uint8Array(),
      })),
    ),
  "the same entry many times": (rng) =>
    encodeZip([pickleEntry, ...Array.from({ length: 2 + rng.int(1000) }, () => storageEntry)]),
  "an entry inside another": () => encodeZip([pickleEntry, { ...storageEntry, headerStart: 10 }]),
  "an entry in the directory": (rng) =>
    encodeZip([pickleEntry, { ...storageEntry, headerStart: 2 ** 31 + rng.int(1000) }]),
  "an encrypted method": () => encodeZip([{ ...pickleEntry, method: 99 }, storageEntry]),
};

const hugeZips: Readonly<Record<string, Archive>> = {
  "a stored size": (rng) => {
    const sizeBytes = 2 ** 30 + rng.int(2 ** 30);
    return encodeZip([pickleEntry, { ...storageEntry, sizeBytes, compressedBytes: sizeBytes }]);
  },
  "a pickle's size": (rng) => {
    const sizeBytes = 2 ** 30 + rng.int(2 ** 30);
    return encodeZip([{ ...pickleEntry, sizeBytes, compressedBytes: sizeBytes }, storageEntry]);
  },
  "zip64 sizes": (rng) => {
    const extra = Buffer.concat([
      Buffer.from("01001000", "hex"),
      uint64(2n ** 60n),
      uint64(2n ** 60n + BigInt(rng.int(9))),
    ]);
    const sizes = { sizeBytes: 2 ** 32 - 1, compressedBytes: 2 ** 32 - 1, extra };
    return encodeZip([pickleEntry, { ...storageEntry, ...sizes }]);
  },
  "a directory's size": (rng) =>
    encodeZip([pickleEntry, storageEntry], { directoryBytes: 2 ** 31 + rng.int(2 ** 31) }),
  "a directory's position": (rng) =>
    encodeZip([pickleEntry, storageEntry], { directoryStart: 2 ** 40 + rng.int(2 ** 31) }),
  "an entry count": (rng) =>
    encodeZip([pickleEntry, storageEntry], { entries: 100 + rng.int(2 ** 31) }),
};

const hugeLegacies: Readonly<Record<string, Archive>> = {
  "an element count": (rng) =>
    legacy(uint64(7n + BigInt(rng.int(2 ** 31)) * 2n ** 32n), Buffer.alloc(24)),
  "an element count of -1": () => legacy(uint64(2n ** 64n - 1n), Buffer.alloc(24)),
  "more elements than bytes": (rng) => legacy(uint64(6), Buffer.alloc(rng.int(24))),
  "a hundred thousand keys": (rng) =>
    Buffer.concat([
      ...legacyPreamble(),
      pickle(root),
      pickle(list(...Array.from({ length: 90_000 + rng.int(9) }, () => text("0")))),
    ]),
  "a key that is a tuple": () =>
    Buffer.concat([...legacyPreamble(), pickle(root), pickle(list(tuple()))]),
};

/** An archive that unpacks to more than it is, or whose entries share bytes. */
export function zipBomb(rng: Rng): CorruptedFile {
  return made("zip", "zip bomb", zipBombs, rng);
}

/** A container that says sizes which it does not have. */
export function hugeSizes(format: Exclude<Format, "safetensors">, rng: Rng): CorruptedFile {
  return made(format, "huge size", format === "zip" ? hugeZips : hugeLegacies, rng);
}

function made(
  format: Format,
  kind: CorruptedFile["kind"],
  archives: Readonly<Record<string, Archive>>,
  rng: Rng,
): CorruptedFile {
  const what = rng.pick(Object.keys(archives));
  const bytes = archives[what]?.(rng) ?? Buffer.alloc(0);
  return { format, kind, what, bytes, expected: "refused" };
}

function bomb(entry: WrittenEntry, rng: Rng): WrittenEntry {
  const sizeBytes = rng.pick([16 << 20, 2 ** 31, 2 ** 32 - 2]);
  return { ...entry, bytes: deflatedZeros, method: 8, sizeBytes };
}

function legacy(count: Buffer, elements: Buffer): Buffer {
  const keys = storages.map(({ key }) => text(key));
  return Buffer.concat([...legacyPreamble(), pickle(root), pickle(list(...keys)), count, elements]);
}
