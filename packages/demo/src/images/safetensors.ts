/**
 * Writes the safetensors container: 8 bytes little-endian header length, a JSON header padded with spaces to a multiple
 * of 8, then the tensors one after another in the order of their names.
 */

export interface ByteTensor {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * Encodes uint8 tensors. Equal tensors give equal bytes: names are sorted.
 *
 * @throws RangeError when a tensor's shape does not agree with its number of bytes.
 */
export function encodeSafetensors(tensors: Readonly<Record<string, ByteTensor>>): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const name of names) {
    const tensor = tensors[name];
    if (tensor === undefined) {
      continue;
    }
    const elements = tensor.shape.reduce((product, size) => product * size, 1);
    if (elements !== tensor.bytes.length) {
      throw new RangeError(
        `${name}: shape [${tensor.shape.join(", ")}] but ${tensor.bytes.length} bytes`,
      );
    }
    header[name] = { dtype: "U8", shape: tensor.shape, data_offsets: [end, end + elements] };
    end += elements;
    parts.push(tensor.bytes);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + padded + end).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, 8);
  let at = 8 + padded;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
