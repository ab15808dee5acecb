/**
 * What a pickle may cost. Real checkpoints were counted: once-for-all (475 tensors) takes 15,000
 * opcodes and 5,000 values; SPOS (1337 tensors) 41,000 and 13,000, with AdamW's moments 136,000 and 41,000.
 * Each limit says which attack it stops, and why such files do not reach it.
 */

/** Opcodes that are executed. Stops programs that keep the processor busy; SPOS with AdamW needs 15 times fewer. */
export const maxOpcodes = 2_000_000;

/**
 * Texts and objects that are made. Stops memory bombs, where a byte or two of the file (`}`, `]`) make an
 * object of 50; SPOS with AdamW needs 4 times fewer.
 */
export const maxValues = 160_000;

/**
 * Bytes of all texts, names and long integers that are kept. Stops files that are one large text after
 * the other; the names and keys of SPOS with AdamW take 80,000.
 */
export const maxTextBytes = 8 << 20;

/** Values remembered for later use. Stops memo bombs; picklers number slots from 0, one for each value. */
export const maxMemoSlots = 160_000;

/**
 * Values that wait on the stack. Stops huge SETITEMS, APPENDS and TUPLE; picklers flush dicts and
 * lists after 1000 elements, so that only a tuple of that length would need more.
 */
export const maxStackDepth = 100_000;

/** Containers that are open inside one another. Stops deep nesting; Python's pickler gives up near 1000. */
export const maxOpenMarks = 2_000;

/**
 * Longest text that is decoded. Longer ones, and all byte strings, are stepped over and become inert
 * values, so that a length field costs nothing. Names of tensors have some 100 bytes; longer texts are
 * pickled NumPy arrays and the like, which nobody asks for.
 */
export const maxTextLengthBytes = 65_536;

/** Longest integer that is decoded; longer ones are stepped over. Stops LONG4, whose decoding takes quadratic time. */
export const maxIntegerBytes = 255;

/** Longest module or class name. Stops lines without an end. */
export const maxGlobalNameBytes = 1_024;
