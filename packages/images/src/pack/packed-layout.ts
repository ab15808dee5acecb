/**
 * Where things lie in a packed set's file (safetensors: 8 bytes of header length, header, tensors
 * without gaps).
 *
 *     labels        int32 [n]
 *     sources       uint8 [n, 32]        SHA-256 of each image's file
 *     images.<r>    uint8 [n, r, r, 3]   for each size, ascending
 */
export interface PackedLayout {
  readonly headerBytes: Buffer;
  /** Position in the file of each tensor. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Size of the whole file. */
  readonly sizeBytes: number;
}

/** Bytes of one image in each tensor, by the tensor's name. */
export function imageBytes(resolutions: readonly number[]): ReadonlyMap<string, number> {
  const sizes = resolutions.map((r): [string, number] => [`images.${r}`, r * r * 3]);
  return new Map([["labels", 4], ["sources", 32], ...sizes]);
}

/**
 * Lays out `count` images. The header is filled up with spaces to `headerSizeBytes`; undefined when
 * it does not fit.
 */
export function layOut(
  count: number,
  resolutions: readonly number[],
  metadata: Readonly<Record<string, string>>,
  headerSizeBytes: number,
): PackedLayout | undefined {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [name, bytes] of imageBytes(resolutions)) {
    const shape = tensorShape(name, count);
    const begin = end;
    end += count * bytes;
    entries[name] = {
      dtype: name === "labels" ? "I32" : "U8",
      shape,
      data_offsets: [begin, end],
    };
    offsets.set(name, 8 + headerSizeBytes + begin);
  }
  const json = Buffer.from(JSON.stringify(entries));
  if (json.length > headerSizeBytes) return undefined;
  const headerBytes = Buffer.alloc(8 + headerSizeBytes, " ");
  headerBytes.writeBigUInt64LE(BigInt(headerSizeBytes));
  json.copy(headerBytes, 8);
  return { headerBytes, offsets, sizeBytes: 8 + headerSizeBytes + end };
}

function tensorShape(name: string, count: number): readonly number[] {
  if (name === "labels") return [count];
  if (name === "sources") return [count, 32];
  const resolution = Number(name.slice("images.".length));
  return [count, resolution, resolution, 3];
}

/** Room for a header with this metadata, in whole units of 8 bytes as safetensors recommends. */
export function headerRoom(
  resolutions: readonly number[],
  metadata: Readonly<Record<string, string>>,
  spareBytes: number,
): number {
  const generous = 400 * (resolutions.length + 2);
  const needed = Buffer.byteLength(JSON.stringify(metadata)) + generous + spareBytes;
  return Math.ceil(needed / 8) * 8;
}
