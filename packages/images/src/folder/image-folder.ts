import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { CollmError } from "@collm/errors";

/** One image file of a folder. */
export interface FolderImage {
  /** Relative to the folder, with `/` between names. */
  readonly path: string;
  /** Number of its class. */
  readonly label: number;
}

/** An ImageNet-style folder: one folder per class, with image files at any depth in it. */
export interface ImageFolder {
  readonly directory: string;
  /** Names of the class folders; a class's number is its place. Classes without images count. */
  readonly classes: readonly string[];
  /** In torchvision's order: by class, then by folder, then by name. */
  readonly images: readonly FolderImage[];
  /** Files that are not JPEG or PNG by their name, or lie beside the class folders. */
  readonly ignoredFiles: number;
}

const imageName = /\.(jpe?g|png)$/i;

/**
 * Lists a folder without opening any image. Classes are numbered alphabetically (by code points, as
 * Python sorts), links are followed, and names that begin with a dot are passed over. Throws
 * `invalid-argument` when there is no such folder, when it cannot be read or holds no image.
 */
export async function listImageFolder(directory: string): Promise<ImageFolder> {
  const root = await realpath(directory).catch((cause: unknown) => {
    throw unreadable(directory, cause);
  });
  const top = await readFolder(root, directory);
  const classes = top.folders.map(({ name }) => name);
  if (classes.length === 0) {
    throw new CollmError(
      "invalid-argument",
      `image folder: got ${directory} without any folder in it, allowed is one folder per class`,
    );
  }
  const images: FolderImage[] = [];
  let ignoredFiles = top.files.length;
  for (const [label, { name, real }] of top.folders.entries()) {
    const found = await walk(directory, { path: name, real }, [root]);
    ignoredFiles += found.ignoredFiles;
    for (const path of found.paths) images.push({ path, label });
  }
  if (images.length === 0) {
    throw new CollmError(
      "invalid-argument",
      `image folder: got ${directory}, whose ${classes.length} class folders hold no .jpg, .jpeg or .png file`,
    );
  }
  return { directory, classes, images, ignoredFiles };
}

interface Folder {
  /** Relative to the image folder. */
  readonly path: string;
  /** With links resolved. */
  readonly real: string;
}

/** Image files in and below a class folder. A link back to a folder above is not followed. */
async function walk(
  directory: string,
  folder: Folder,
  above: readonly string[],
): Promise<{ readonly paths: readonly string[]; readonly ignoredFiles: number }> {
  const folders: { readonly path: string; readonly names: readonly string[] }[] = [];
  let ignoredFiles = 0;
  const visit = async ({ path, real }: Folder, ancestors: readonly string[]): Promise<void> => {
    if (ancestors.includes(real)) return;
    const found = await readFolder(real, join(directory, path));
    const names = found.files.filter((name) => imageName.test(name));
    ignoredFiles += found.files.length - names.length;
    folders.push({ path, names });
    for (const inner of found.folders) {
      await visit({ path: `${path}/${inner.name}`, real: inner.real }, [...ancestors, real]);
    }
  };
  await visit(folder, above);
  // Python sorts whole paths of folders, where "a-b" comes before "a/b".
  folders.sort((a, b) => compareCodePoints(a.path, b.path));
  return {
    paths: folders.flatMap(({ path, names }) => names.map((name) => `${path}/${name}`)),
    ignoredFiles,
  };
}

/** Files and folders in a folder, sorted. `shown` is its path for messages. */
async function readFolder(
  real: string,
  shown: string,
): Promise<{
  readonly files: readonly string[];
  readonly folders: readonly { readonly name: string; readonly real: string }[];
}> {
  let entries: Dirent[];
  try {
    entries = await readdir(real, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(shown, cause);
  }
  const files: string[] = [];
  const folders: { readonly name: string; readonly real: string }[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith(".")) continue;
    const path = join(real, name);
    if (entry.isDirectory()) folders.push({ name, real: path });
    else if (entry.isFile()) files.push(name);
    // A link, or a file system that does not tell. A dangling link counts as a file: reading it fails.
    else if ((await stat(path).catch(() => undefined))?.isDirectory()) {
      folders.push({ name, real: await realpath(path) });
    } else files.push(name);
  }
  files.sort(compareCodePoints);
  folders.sort((a, b) => compareCodePoints(a.name, b.name));
  return { files, folders };
}

function unreadable(path: string, cause: unknown): CollmError {
  const { code } = cause as NodeJS.ErrnoException;
  const problems: Readonly<Record<string, string>> = {
    ENOENT: "which does not exist",
    ENOTDIR: "which is not a folder",
    EACCES: "which may not be read",
  };
  return new CollmError(
    "invalid-argument",
    `image folder: got ${path}, ${problems[code ?? ""] ?? `which cannot be read (${code})`}, ` +
      "allowed is a folder with one folder of JPEG or PNG files per class",
    { cause },
  );
}

/** Orders texts by code points, as Python does; JavaScript orders by UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
