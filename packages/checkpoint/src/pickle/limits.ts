/** What one pickle may cost. Each limit says which attack it stops. */
export interface PickleLimits {
  /** Opcodes that are executed. Stops programs that keep the processor busy. */
  readonly opcodes: number;
  /**
   * Texts and objects that are made. Stops memory bombs, where a byte or two of the file (`}`, `]`)
   * make an object of 50.
   */
  readonly values: number;
  /**
   * Bytes of all texts, names and long integers that are kept. Stops files that are one large text
   * after the other.
   */
  readonly textBytes: number;
  /** Values remembered for later use. Stops memo bombs; picklers number slots from 0, one for each value. */
  readonly memoSlots: number;
}

/**
 * Limits of weight files. Real checkpoints were counted: once-for-all (475 tensors) takes 15,000
 * opcodes and 5,000 values; SPOS (1337 tensors) 41,000 and 13,000, with AdamW's moments 136,000 and
 * 41,000 (15 times fewer opcodes than allowed, 4 times fewer values) and texts of 80,000 bytes.
 */
export const checkpointLimits: PickleLimits = {
  opcodes: 2_000_000,
  values: 160_000,
  textBytes: 8 << 20,
  memoSlots: 160_000,
};

/**
 * Values that wait on the stack. Stops huge SETITEMS, APPENDS and TUPLE; picklers flush dicts and
 * lists after 1000 elements, so that only a tuple of that length would need more.
 */
export const maxStackDepth = 100_000;

/** Containers that are open inside one another. Stops deep nesting; Python's pickler gives up near 1000. */
export const maxOpenMarks = 2_000;

/**
 * Longest text that is decoded. Longer ones, and byte strings, are stepped over and become inert
 * values, so that a length field costs nothing. Names of tensors have some 100 bytes; longer texts are
 * pickled NumPy arrays and the like, which nobody asks for.
 */
export const maxTextLengthBytes = 65_536;

/** Longest byte string that a world is asked about; a NumPy number has 8 bytes. */
export const maxShownBytes = 255;

/** Longest integer that is decoded; longer ones are stepped over. Stops LONG4, whose decoding takes quadratic time. */
export const maxIntegerBytes = 255;

/** Longest module or class name. Stops lines without an end. */
export const maxGlobalNameBytes = 1_024;
