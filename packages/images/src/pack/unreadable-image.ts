import { CollmError } from "@collm/errors";

/**
 * The error for an image file that was listed but cannot be read. It ends the packing: unlike a
 * corrupt image the file may be readable next time, and the set would silently be another one.
 */
export function unreadableImage(path: string, cause: unknown): CollmError {
  return new CollmError(
    "invalid-argument",
    `image: got ${path}, which cannot be read (${(cause as NodeJS.ErrnoException).code}), ` +
      "allowed are files that can be",
    { cause },
  );
}
