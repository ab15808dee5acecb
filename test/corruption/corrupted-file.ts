export const formats = ["safetensors", "zip", "legacy"] as const;

export type Format = (typeof formats)[number];

export const corruptionKinds = [
  "truncated",
  "bit flips",
  "hostile pickle",
  "hostile header",
  "zip bomb",
  "huge size",
] as const;

export type CorruptionKind = (typeof corruptionKinds)[number];

/** A file that is not what it should be, and what its reader must make of it. */
export interface CorruptedFile {
  readonly format: Format;
  readonly kind: CorruptionKind;
  /** What was done, for reports of failures: `bit 3 of byte 120`. */
  readonly what: string;
  readonly bytes: Uint8Array;
  /**
   * `refused`: a clear error. `read`: the damage is where no reader can see it, or beside the weights.
   * `either`: both are right, e.g. for a flipped bit in a name.
   */
  readonly expected: "refused" | "read" | "either";
}
