import { createHash, type Hash } from "node:crypto";
import type { FileStamp } from "./read-candidates.js";

/** Digest over the stamps of files: cheap to recompute, and different when any of them changed. */
export class SourceStamps {
  readonly #hash: Hash = createHash("sha256");

  add(path: string, { sizeBytes, mtimeNs, ctimeNs }: FileStamp): void {
    this.#hash.update(`${path}\0${sizeBytes} ${mtimeNs} ${ctimeNs}\0`);
  }

  hex(): string {
    return this.#hash.digest("hex");
  }
}
