import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { CollmError, errnoOf, fileError, withFile } from "@collm/errors";
import { type DownloadOptions, download, shownUrl } from "./download.js";
import type { ListedFile } from "./fetch-list.js";

/** What nobody wrote to for so long belongs to nobody any more. */
const abandonedMs = 24 * 3_600_000;

/**
 * Makes sure that a file is in a folder with the content that its digest says. What is there with that
 * digest is left alone; anything else is replaced, but only once the new content is there and checked.
 * Until then it is in a hidden file beside it, which stays where a download fails or is killed, so that
 * the next run of this host goes on with it.
 *
 * @returns whether it was there already
 * @throws CollmError data-loss where the digest is another one (nothing of it is left), or what `download` throws
 */
export async function fetchFile(
  file: ListedFile,
  directory: string,
  options: DownloadOptions,
): Promise<"present" | "fetched"> {
  const path = join(directory, file.path);
  if ((await digestOf(path)) === file.sha256) return "present";
  const folder = dirname(path);
  await withFile("folder", folder, () => mkdir(folder, { recursive: true }));
  await removeAbandoned(folder);
  const part = partOf(path, file.sha256);
  await downloadChecked(file, part, options);
  await withFile("file", path, () => rename(part, path));
  return "fetched";
}

/** Hosts that share a volume do not write to each other's files. */
function partOf(path: string, sha256: string): string {
  const host = hostname().replace(/[^\w-]/g, "_");
  return join(dirname(path), `.${basename(path)}.${sha256.slice(0, 12)}.${host}.part`);
}

async function downloadChecked(
  { url, sha256, path }: ListedFile,
  part: string,
  options: DownloadOptions,
): Promise<void> {
  for (let isLast = false; ; isLast = true) {
    const isPatched = await download(url, part, options);
    const found = await digestOf(part);
    if (found === sha256) return;
    await rm(part, { force: true });
    // Pieces of two versions fit together no better; in one piece it may be right.
    if (isPatched && !isLast) continue;
    throw new CollmError(
      "data-loss",
      `${path}: ${shownUrl(url)} has SHA-256 ${found}, the list says ${sha256}`,
    );
  }
}

/** Undefined if there is no such file. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(piece);
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("file", path, error);
  }
  return hash.digest("hex");
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^\..+\.[0-9a-f]{12}\.[\w-]+\.part$/.test(name)) continue;
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status && Date.now() - status.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
