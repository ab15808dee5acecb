export const damageKinds = [
  "cut file",
  "bit flips",
  "zeroed part",
  "wrong field",
  "random value",
  "hostile pickle",
] as const;

export type DamageKind = (typeof damageKinds)[number];

/** A record's file that is not what it should be, and what its reader must make of it. */
export interface DamagedRecord {
  readonly kind: DamageKind;
  /** What was done, for reports of failures. */
  readonly what: string;
  /** As on disk, or what that unpacks to: packing takes far longer than reading. */
  readonly form: "packed" | "unpacked";
  readonly bytes: Uint8Array;
  /**
   * `refused`: a clear error. `harmless`: that, or exactly the row of the undamaged record (bits that
   * mean nothing). `either`: any value may be as good as another.
   */
  readonly expected: "refused" | "harmless" | "either";
}

/** Index of the architecture that all damaged records claim to be of. */
export const damagedIndex = 284;
