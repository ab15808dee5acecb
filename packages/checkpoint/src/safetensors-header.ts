import { CheckpointFormatError } from "./checkpoint-format-error.js";
import { jsonCost } from "./json-cost.js";
import {
  type DType,
  elementCount,
  elementSizeBytes,
  maxDimensions,
  type TensorInfo,
} from "./tensor.js";

/**
 * The safetensors layout:
 *
 *     bytes 0..7     length H of the header, unsigned 64-bit little-endian
 *     bytes 8..8+H   JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...}
 *                    and optionally "__metadata__": {string: string}
 *     the rest       the elements; offsets count from here
 *
 * The format allows neither overlaps nor gaps. Both are refused, as its reference reader does: an
 * overlap aliases tensors, and a gap is a place to hide bytes.
 */
export interface SafetensorsHeader {
  /** In the order of the data. */
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
  /** The free texts under `__metadata__`; anything there that is not text is left out. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface LocatedTensor extends TensorInfo {
  /** Position of the first element in the file. */
  readonly startByte: number;
  readonly sizeBytes: number;
}

const metadataKey = "__metadata__";

/** Bytes before the header. */
export const lengthFieldBytes = 8;

/**
 * Longest header accepted. Stops length fields and free metadata that take memory; a header of
 * once-for-all's 475 tensors takes 60 kB.
 */
export const maxHeaderBytes = 4 << 20;

/**
 * Objects, lists and keys of a header. Stops headers of millions of empty lists, which take 50 times their
 * size when they are parsed; a tensor needs 7.
 */
const maxHeaderPieces = 200_000;

/** An object of objects that hold lists. Stops nested lists, which overflow the stack of what walks them. */
const maxHeaderDepth = 3;

const dtypes: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["F64", "float64"],
  ["F32", "float32"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I64", "int64"],
  ["I32", "int32"],
  ["I16", "int16"],
  ["I8", "int8"],
  ["U8", "uint8"],
  ["BOOL", "bool"],
]);

/** Parses and checks a header. `json` are its bytes, `fileSizeBytes` the size of the whole file. */
export function parseSafetensorsHeader(
  file: string,
  json: ArrayBuffer,
  fileSizeBytes: number,
): SafetensorsHeader {
  const fail: Fail = (found, expected, byteOffset = lengthFieldBytes, cause = undefined) => {
    throw new CheckpointFormatError({ file, byteOffset, found, expected, cause });
  };
  const dataStart = lengthFieldBytes + json.byteLength;
  const { [metadataKey]: metadata, ...fields } = parseObject(json, fail);
  const entries = Object.entries(fields);
  const located = entries.map(([name, entry]): [string, LocatedTensor] => [
    name,
    locate(name, entry, dataStart, fail),
  ]);
  located.sort(([, a], [, b]) => a.startByte - b.startByte || a.sizeBytes - b.sizeBytes);

  let end = dataStart;
  for (const [name, tensor] of located) {
    if (tensor.startByte !== end) {
      const relation = tensor.startByte < end ? "overlapping its neighbour" : "after a gap";
      fail(`tensor ${quote(name)} ${relation}`, `it at byte ${end}`, tensor.startByte);
    }
    end += tensor.sizeBytes;
  }
  if (end !== fileSizeBytes) {
    const problem = end > fileSizeBytes ? "the end of the file" : "bytes after the last tensor";
    fail(problem, `the file to have ${end} bytes`, Math.min(end, fileSizeBytes));
  }
  return { tensors: new Map(located), metadata: textsOf(metadata) };
}

function textsOf(metadata: unknown): Readonly<Record<string, string>> {
  if (!isRecord(metadata)) return {};
  return Object.fromEntries(
    Object.entries(metadata).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

type Fail = (found: string, expected: string, byteOffset?: number, cause?: unknown) => never;

function parseObject(json: ArrayBuffer, fail: Fail): Record<string, unknown> {
  const { depth, pieces } = jsonCost(new Uint8Array(json));
  if (depth > maxHeaderDepth || pieces > maxHeaderPieces) {
    return fail(
      `a header of ${pieces} objects, lists and keys, nested ${depth} deep`,
      `at most ${maxHeaderPieces}, nested ${maxHeaderDepth} deep`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (cause) {
    return fail("text that is not JSON", "a JSON object of tensors", lengthFieldBytes, cause);
  }
  if (!isRecord(parsed)) return fail("JSON of another kind", "a JSON object of tensors");
  return parsed;
}

function locate(name: string, entry: unknown, dataStart: number, fail: Fail): LocatedTensor {
  if (!isRecord(entry)) {
    return fail(`tensor ${quote(name)} as ${quote(entry)}`, "an object with dtype and shape");
  }
  const { dtype: dtypeName, shape, data_offsets: offsets } = entry;
  const dtype = typeof dtypeName === "string" ? dtypes.get(dtypeName) : undefined;
  if (!dtype) {
    return fail(
      `dtype ${quote(dtypeName)} of tensor ${quote(name)}`,
      `one of ${[...dtypes.keys()].join(", ")}`,
    );
  }
  if (!isSizes(shape) || shape.length > maxDimensions) {
    return fail(
      `shape ${quote(shape)} of tensor ${quote(name)}`,
      `at most ${maxDimensions} sizes, each an integer of 0 or more`,
    );
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    return fail(`data_offsets ${quote(offsets)} of tensor ${quote(name)}`, "[begin, end]");
  }
  const [begin, end] = offsets as [number, number];
  const sizeBytes = elementCount(shape) * elementSizeBytes(dtype);
  if (end - begin !== sizeBytes) {
    return fail(
      `data_offsets [${begin}, ${end}] of tensor ${quote(name)}`,
      `${sizeBytes} bytes for ${dtype} [${shape.join(", ")}]`,
    );
  }
  return { dtype, shape, startByte: dataStart + begin, sizeBytes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  );
}

/** A value from the file, short enough for a message; long lists are not written out, which takes memory. */
function quote(value: unknown): string {
  if (isRecord(value)) return "an object";
  if (Array.isArray(value) && (value.length > 16 || value.some((v) => typeof v === "object"))) {
    return `a list of ${value.length}`;
  }
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
