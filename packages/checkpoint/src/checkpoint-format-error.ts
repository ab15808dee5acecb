import { CollmError } from "@collm/errors";

/** A file that is not what its reader expects; says where, and what was expected there. */
export class CheckpointFormatError extends CollmError {
  /** The file as it was named by the caller. */
  readonly file: string;
  /** Position of the first byte that is wrong; the file's size where it ends too early. */
  readonly byteOffset: number;
  /** What would have been right there. */
  readonly expected: string;

  constructor(problem: {
    readonly file: string;
    readonly byteOffset: number;
    readonly found: string;
    readonly expected: string;
    readonly cause?: unknown;
  }) {
    const { file, byteOffset, found, expected, cause } = problem;
    super(
      "invalid-argument",
      `${file}, byte ${byteOffset}: found ${found}, expected ${expected}`,
      cause === undefined ? {} : { cause },
    );
    this.file = file;
    this.byteOffset = byteOffset;
    this.expected = expected;
  }
}
