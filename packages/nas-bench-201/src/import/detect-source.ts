import { open, stat } from "node:fs/promises";
import { CollmError } from "@collm/errors";

/** What can be imported. */
export type SourceKind = "folder" | "single file" | "pth" | "csv" | "packed csv";

/** Tells the sources apart by what is there; names do not matter. Throws CollmError invalid-argument. */
export async function detectSource(path: string): Promise<SourceKind> {
  const status = await stat(path);
  if (status.isDirectory()) return "folder";
  const head = status.isFile() ? await readHead(path) : Buffer.alloc(0);
  const startsWith = (...bytes: readonly number[]): boolean => bytes.every((b, i) => head[i] === b);
  if (startsWith(0x42, 0x5a, 0x68)) return "single file";
  if (startsWith(0x80) || startsWith(0x50, 0x4b, 3, 4)) return "pth";
  if (startsWith(0x1f, 0x8b)) return "packed csv";
  if (head.subarray(257, 262).toString("latin1") === "ustar") {
    throw refused(path, "a tar archive, which must be unpacked first");
  }
  if (head.length > 0 && /^[\x20-\x7e\t\r\n]+$/.test(head.subarray(0, 64).toString("latin1"))) {
    return "csv";
  }
  throw refused(path, head.length === 0 ? "an empty file" : "an unknown file");
}

function refused(path: string, got: string): CollmError {
  return new CollmError(
    "invalid-argument",
    `${path}: got ${got}, allowed is the folder NATS-tss-v1_0-3ffb9-simple, its single file ` +
      "(.pickle.pbz2), an old .pth, or a CSV file (.csv, .csv.gz)",
  );
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(512);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
