import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";

/** Paths of files and links below a folder, sorted. */
export function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort();
}

/** Bytes of all files in millions. */
export function megabytesOf(folder: string): number {
  const sizes = filesOf(folder).map((path) => lstatSync(join(folder, path)).size);
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
}

/** Of names, permissions and contents; neither of times nor of owners. */
export function digestOf(folder: string): string {
  const hash = createHash("sha256");
  for (const path of filesOf(folder)) {
    const file = join(folder, path);
    const { mode } = lstatSync(file);
    const isLink = lstatSync(file).isSymbolicLink();
    hash.update(`${path}\0${mode.toString(8)}\0`);
    hash.update(isLink ? readlinkSync(file) : readFileSync(file));
  }
  return hash.digest("hex");
}
