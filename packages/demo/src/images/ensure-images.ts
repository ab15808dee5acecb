import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CollmError } from "@collm/errors";
import { demoImageDigests } from "./digests.js";
import { type Digit, readDigits } from "./digits.js";
import { renderSplit } from "./render-split.js";
import type { DemoSplit } from "./splits.js";

/** A split's file is not what this version of the demo makes. */
export class DemoImagesError extends CollmError {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;

  constructor(path: string, expected: string, actual: string) {
    super(
      "data-loss",
      `${path}: sha256 is ${actual}, the demo's images have ${expected}. ` +
        "Delete the file to have it made again; if the digest still differs, the installed package mnist is not 1.1.0.",
    );
    this.path = path;
    this.expected = expected;
    this.actual = actual;
  }
}

/** File of a split in a cache folder. */
export function demoImagesPath(cacheDir: string, split: DemoSplit): string {
  return join(cacheDir, `${split}.safetensors`);
}

/**
 * Makes the image files that are missing, verifies all, and returns their paths. Several processes may do so at once:
 * each writes a file of its own and renames it.
 *
 * @param cacheDir folder of the files, created when missing; the project's default is `.cache/demo` in the repository
 * @param splits the splits wanted; `train` (337 MB) is for the trainer only
 * @throws DemoImagesError when a file's digest is not the pinned one
 */
export async function ensureDemoImages<Split extends DemoSplit>(
  cacheDir: string,
  splits: readonly Split[],
): Promise<Readonly<Record<Split, string>>> {
  await mkdir(cacheDir, { recursive: true });
  let digits: readonly Digit[] | undefined;
  const paths = {} as Record<Split, string>;
  for (const split of splits) {
    const path = demoImagesPath(cacheDir, split);
    if (!(await exists(path))) {
      digits ??= readDigits();
      await writeWhole(path, renderSplit(split, digits));
    }
    const actual = await sha256Of(path);
    if (actual !== demoImageDigests[split]) {
      throw new DemoImagesError(path, demoImageDigests[split], actual);
    }
    paths[split] = path;
  }
  return paths;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** The file appears under its name only when it is complete. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
