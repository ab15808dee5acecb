import { writeFile } from "node:fs/promises";
import { CheckpointFormatError } from "./checkpoint-format-error.js";
import { RandomAccessFile } from "./random-access-file.js";
import { elementCount } from "./tensor.js";

/**
 * NumPy's `.npy` files, limited to what enters and leaves a network: little-endian float32 in C order.
 *
 *     bytes 0..5   \x93NUMPY
 *     bytes 6..7   version: 1.0, 2.0 or 3.0
 *     then         header length, 2 bytes (version 1) or 4 (2, 3), little-endian
 *     then         a Python dict: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
 *     then         the elements
 */
export interface NpyArray {
  /** Row-major. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const magic = [0x93, ...Buffer.from("NUMPY")];

/** NumPy itself refuses longer headers, because Python's parser may crash on them. */
const maxHeaderBytes = 10_000;

/** Reads a `.npy` file. Throws `CheckpointFormatError` for any other file or element type. */
export async function readNpy(path: string): Promise<NpyArray> {
  const file = await RandomAccessFile.open(path);
  try {
    const { header, headerStart } = await readHeader(file);
    const shape = parseHeader(path, header, headerStart);
    const dataStart = headerStart + header.length;
    const sizeBytes = elementCount(shape) * Float32Array.BYTES_PER_ELEMENT;
    if (!Number.isSafeInteger(sizeBytes) || dataStart + sizeBytes !== file.sizeBytes) {
      throw new CheckpointFormatError({
        file: path,
        byteOffset: dataStart,
        found: `${file.sizeBytes - dataStart} bytes of elements`,
        expected: `${sizeBytes} for float32 of shape (${shape.join(", ")})`,
      });
    }
    return { shape, data: new Float32Array(await file.read(dataStart, sizeBytes, "elements")) };
  } finally {
    await file.close();
  }
}

/** Writes a version 1.0 file, byte for byte what `numpy.save` writes. */
export async function writeNpy(path: string, array: NpyArray): Promise<void> {
  const { shape, data } = array;
  if (elementCount(shape) !== data.length) {
    throw new RangeError(
      `${path}: ${data.length} elements do not fill shape (${shape.join(", ")})`,
    );
  }
  // Python writes a tuple of one with a trailing comma.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Elements start at a multiple of 64: 10 bytes, the dict, blanks and a newline.
  const headerLength = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const start = Buffer.from([...magic, 1, 0, headerLength & 0xff, headerLength >> 8]);
  const header = Buffer.from(`${dict.padEnd(headerLength - 1)}\n`, "latin1");
  const elements = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  await writeFile(path, Buffer.concat([start, header, elements]));
}

async function readHeader(
  file: RandomAccessFile,
): Promise<{ readonly header: string; readonly headerStart: number }> {
  const start = new Uint8Array(await file.read(0, 8, "magic and version"));
  const fail = (byteOffset: number, found: string, expected: string): never => {
    throw new CheckpointFormatError({ file: file.path, byteOffset, found, expected });
  };
  if (!magic.every((byte, i) => start[i] === byte)) fail(0, "another kind of file", "a .npy file");
  const version = start[6] as number;
  if (version < 1 || version > 3) fail(6, `version ${version}`, "version 1, 2 or 3");
  const lengthBytes = version === 1 ? 2 : 4;
  const lengthField = new DataView(await file.read(8, lengthBytes, "header length"));
  const length = version === 1 ? lengthField.getUint16(0, true) : lengthField.getUint32(0, true);
  if (length > maxHeaderBytes) fail(8, `a header of ${length} bytes`, `at most ${maxHeaderBytes}`);
  const headerStart = 8 + lengthBytes;
  const bytes = await file.read(headerStart, length, "header");
  return { header: Buffer.from(bytes).toString("latin1"), headerStart };
}

/** The shape, once type and order are known to be right. Keys may come in any order. */
function parseHeader(file: string, header: string, byteOffset: number): readonly number[] {
  const value = (key: string, pattern: string): string => {
    const match = new RegExp(`[{,]\\s*['"]${key}['"]\\s*:\\s*(${pattern})\\s*[,}]`).exec(header);
    if (match) return match[1] as string;
    throw new CheckpointFormatError({
      file,
      byteOffset,
      found: `header ${JSON.stringify(header.trim().slice(0, 100))}`,
      expected: `${key} to be ${pattern.replaceAll("\\", "")}`,
    });
  };
  value("descr", "['\"]<f4['\"]");
  value("fortran_order", "False");
  const tuple = value("shape", "\\([0-9, L]*\\)");
  return (tuple.match(/\d+/g) ?? []).map(Number);
}
