import { uint64 } from "@collm/checkpoint/testing";
import type { Rng } from "@collm/search-space";
import type { CorruptedFile } from "./corrupted-file.js";

type Make = (rng: Rng) => Buffer;

const hugeSizesOfHeaders: Readonly<Record<string, Make>> = {
  "a header of 2^64 - 1 bytes": () => withLength(2n ** 64n - 1n, "{}"),
  "a header of some gigabytes": (rng) => withLength(2n ** 30n + BigInt(rng.int(2 ** 31)), "{}"),
  "a header beyond the file": (rng) => withLength(3n + BigInt(rng.int(1000)), "{}"),
  "an absurd size": (rng) => withTensor({ shape: [2 ** 40 + rng.int(100), 2 ** 12] }),
  "sizes whose product overflows": () => withTensor({ shape: Array(8).fill(2 ** 53 - 1) }),
  "an end beyond the file": (rng) => {
    const elements = 2 ** 28 + rng.int(2 ** 28);
    return withTensor({ shape: [elements], data_offsets: [0, elements * 4] });
  },
  "offsets that differ by infinity": () =>
    withHeader('{"x":{"dtype":"F32","shape":[1e308,10],"data_offsets":[0,1e999]}}'),
};

const hostileHeaders: Readonly<Record<string, Make>> = {
  "nested lists": (rng) => {
    const depth = 1000 + rng.int(200_000);
    return withHeader(`{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`);
  },
  "nested objects": (rng) => {
    const depth = 1000 + rng.int(100_000);
    return withHeader(`${'{"x":'.repeat(depth)}1${"}".repeat(depth)}`);
  },
  "empty lists without end": (rng) => withHeader(`{"x":[${"[],".repeat(1e5 + rng.int(9e5))}[]]}`),
  "numbers without end": (rng) => withHeader(`{"x":[${"1,".repeat(1e5 + rng.int(9e5))}1]}`),
  "names without end": (rng) => {
    const names = Array.from(
      { length: 10_000 + rng.int(90_000) },
      (_, i) => `"${i.toString(36)}":{}`,
    );
    return withHeader(`{${names.join()}}`);
  },
  "a long name": (rng) => withHeader(`{"${"x".repeat(1e5 + rng.int(1e6))}":7}`),
  "a long type": (rng) => withTensor({ dtype: "F".repeat(1e5 + rng.int(1e6)) }),
  "a prototype": () =>
    withHeader('{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{}}'),
  "text that is not UTF-8": () => withHeader(Buffer.from('{"x\xff":{}}', "latin1")),
  "text that is not JSON": (rng) => withHeader("{".padEnd(2 + rng.int(1000), "x")),
  "another value": (rng) => withHeader(`{"x":${rng.pick(["null", "[]", '"F32"', "1e999", "{}"])}}`),
  "overlapping tensors": () => {
    const tensor = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
    return withHeader(JSON.stringify({ x: tensor, y: tensor }));
  },
};

/** A safetensors file that says sizes which it does not have. */
export function hugeSafetensors(rng: Rng): CorruptedFile {
  return made("huge size", hugeSizesOfHeaders, rng);
}

/** A safetensors file whose header costs more than its bytes, or is no header. */
export function hostileHeader(rng: Rng): CorruptedFile {
  return made("hostile header", hostileHeaders, rng);
}

function made(
  kind: CorruptedFile["kind"],
  files: Readonly<Record<string, Make>>,
  rng: Rng,
): CorruptedFile {
  const what = rng.pick(Object.keys(files));
  const bytes = files[what]?.(rng) ?? Buffer.alloc(0);
  return { format: "safetensors", kind, what, bytes, expected: "refused" };
}

/** A header with one tensor `x`, two floats but for these fields, and 8 bytes of elements. */
function withTensor(fields: Readonly<Record<string, unknown>>): Buffer {
  const tensor = { dtype: "F32", shape: [2], data_offsets: [0, 8], ...fields };
  return withHeader(JSON.stringify({ x: tensor }));
}

function withHeader(header: string | Buffer): Buffer {
  return withLength(BigInt(Buffer.byteLength(header)), header);
}

function withLength(length: bigint, header: string | Buffer): Buffer {
  return Buffer.concat([uint64(length), Buffer.from(header), Buffer.alloc(8)]);
}
