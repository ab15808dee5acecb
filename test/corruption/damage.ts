import type { Rng } from "@collm/search-space";
import type { CorruptedFile, Format } from "./corrupted-file.js";
import { type ValidFile, validFile } from "./valid-file.js";

/** A file that was cut, as by a download that broke off; some are filled up to their length with zeros. */
export function truncatedFile(format: Format, rng: Rng): CorruptedFile {
  const { bytes } = validFile(format, rng);
  const length = rng.int(bytes.length);
  const isFilled = rng.int(4) === 0;
  const cut = Buffer.from(bytes.subarray(0, length));
  return {
    format,
    kind: "truncated",
    what: `${length} of ${bytes.length} bytes${isFilled ? ", then zeros" : ""}`,
    bytes: isFilled ? Buffer.concat([cut, Buffer.alloc(bytes.length - length)]) : cut,
    // Zeros may be elements, and a short tail of a file may have been zeros before.
    expected: isFilled ? "either" : "refused",
  };
}

/** A file in which 1 to 8 bits are wrong, as after a fault of memory or disk. */
export function flippedFile(format: Format, rng: Rng): CorruptedFile {
  const valid = validFile(format, rng);
  const bytes = Buffer.from(valid.bytes);
  const positions = Array.from({ length: 1 + rng.int(8) }, () => rng.int(bytes.length));
  for (const at of positions) bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.int(8));
  return {
    format,
    kind: "bit flips",
    what: `bits of bytes ${positions.join(", ")}`,
    bytes,
    expected: expectedAfterFlips(valid, bytes),
  };
}

/** Wrong elements can only be seen where the container has checksums. */
function expectedAfterFlips(valid: ValidFile, bytes: Uint8Array): CorruptedFile["expected"] {
  const isElement = (at: number): boolean =>
    valid.elements.some(([start, end]) => at >= start && at < end);
  // Two flips of the same bit undo each other.
  const changed = [...bytes.keys()].filter((at) => bytes[at] !== valid.bytes[at]);
  if (valid.format === "zip") return changed.some(isElement) ? "refused" : "either";
  return changed.every(isElement) ? "read" : "either";
}
