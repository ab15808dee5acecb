/** Thrown while reading; asking again would bring as much. */
export class AnswerTooLong extends Error {
  constructor(limitBytes: number) {
    super(`the answer is longer than ${limitBytes} bytes`);
  }
}

/**
 * The text of a body, of which no more is read than allowed: the rest is left out, or an error.
 *
 * @throws AnswerTooLong
 */
export async function readText(
  pieces: AsyncIterable<Uint8Array>,
  limitBytes: number,
  beyond: "cut" | "throw",
): Promise<string> {
  const read: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of pieces) {
    sizeBytes += piece.byteLength;
    read.push(piece);
    if (sizeBytes <= limitBytes) continue;
    if (beyond === "throw") throw new AnswerTooLong(limitBytes);
    break;
  }
  return new TextDecoder().decode(Buffer.concat(read).subarray(0, limitBytes));
}
