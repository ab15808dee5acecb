import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FolderImage } from "../folder/image-folder.js";
import type { PackOrder, PackOutcome } from "../pack/pack-groups.js";
import { ContentDigest, contentKeyOf } from "../pack/provenance.js";
import { hashImages, stampImages } from "../pack/source-stamps.js";
import { openPackedImages } from "../packed-images.js";
import type { Preprocessing } from "../preprocessing.js";

/** A request that was packed before: which content it had then. */
interface Entry {
  readonly contentKey: string;
  /** Candidates that were read of each group. */
  readonly used: readonly number[];
  /** Digest of the stamps of these files. */
  readonly stamps: string;
}

/** What is wanted of the cache: images of a folder, preprocessed. */
export type CacheRequest = Pick<PackOrder, "folder" | "groups" | "decoder"> & {
  readonly preprocessing: Preprocessing;
  readonly resolutions: readonly number[];
};

/** Unfinished files older than this were left by a process that died. */
const abandonedMs = 3_600_000;

/**
 * Packed folders, kept by content:
 *
 *     <content key>-<sizes>.safetensors   packed sets; the key covers the files' bytes
 *     <request key>.json                  for names and choice of images: the content key they had
 *
 * The second is found without reading any image. It holds while size and times of every file are
 * what they were; if not, the files are hashed, and only other bytes are packed again.
 */
export class FolderCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The packed set with these images and at least these sizes, if there is one. */
  async find(request: CacheRequest): Promise<string | undefined> {
    const entryPath = this.#entryPath(request);
    const entry = await readEntry(entryPath, request.groups.length);
    if (!entry) return undefined;
    const files = request.groups.flatMap(({ candidates }, i) =>
      candidates.slice(0, entry.used[i] ?? 0),
    );
    const stamps = await stampImages(request.folder.directory, files);
    if (stamps === entry.stamps) return await this.#packedWith(entry.contentKey, request);
    const contentKey = await keyOfFiles(request, files);
    const found = await this.#packedWith(contentKey, request);
    if (found) await this.#writeEntry(entryPath, { ...entry, contentKey, stamps });
    return found;
  }

  /** Where a set is written before its content is known. */
  async prepare(): Promise<string> {
    await mkdir(this.#directory, { recursive: true });
    await this.#removeAbandoned();
    return join(this.#directory, `new.${process.pid}.${performance.now()}.tmp`);
  }

  /** Gives a set its name, and remembers what it was made from. */
  async keep(request: CacheRequest, { summary, used, stamps }: PackOutcome): Promise<string> {
    const { contentKey, resolutions } = summary;
    const path = join(this.#directory, `${contentKey}-${sizesName(resolutions)}.safetensors`);
    await rename(summary.path, path);
    await this.#writeEntry(this.#entryPath(request), { contentKey, used, stamps });
    return path;
  }

  async #packedWith(
    contentKey: string,
    { resolutions }: CacheRequest,
  ): Promise<string | undefined> {
    for (const name of await readdir(this.#directory)) {
      if (!name.startsWith(contentKey)) continue;
      const path = join(this.#directory, name);
      // A file that is not readable as a set is passed over and packed again.
      const images = await openPackedImages(path).catch(() => undefined);
      await images?.close();
      if (images && resolutions.every((size) => images.resolutions.includes(size))) return path;
    }
    return undefined;
  }

  #entryPath({ folder, groups, decoder, preprocessing }: CacheRequest): string {
    const hash = createHash("sha256");
    hash.update(JSON.stringify([decoder.version, preprocessing, folder.classes]));
    for (const { take, candidates } of groups) {
      hash.update(`\0${take}`);
      for (const { path } of candidates) hash.update(`\0${path}`);
    }
    return join(this.#directory, `${hash.digest("hex")}.json`);
  }

  async #writeEntry(path: string, entry: Entry): Promise<void> {
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, JSON.stringify(entry));
    await rename(temporary, path);
  }

  async #removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (!name.endsWith(".tmp")) continue;
      const path = join(this.#directory, name);
      const status = await stat(path).catch(() => undefined);
      if (status && Date.now() - status.mtimeMs > abandonedMs) await rm(path, { force: true });
    }
  }
}

async function keyOfFiles(
  { folder, decoder, preprocessing }: CacheRequest,
  files: readonly FolderImage[],
): Promise<string> {
  const content = new ContentDigest(folder.classes);
  for await (const { path, sha256 } of hashImages(folder.directory, files)) {
    content.add(path, sha256);
  }
  return contentKeyOf({ contentDigest: content.hex(), preprocessing, decoder: decoder.version });
}

/** Undefined for an entry that is not there or not as this version writes it. */
async function readEntry(path: string, groups: number): Promise<Entry | undefined> {
  try {
    const { contentKey, used, stamps } = JSON.parse(await readFile(path, "utf8")) as Entry;
    const isEntry =
      /^[0-9a-f]{64}$/.test(contentKey) && typeof stamps === "string" && used.length === groups;
    return isEntry ? { contentKey, used, stamps } : undefined;
  } catch {
    return undefined;
  }
}

/** Sizes in a file's name, abbreviated where there are many. */
function sizesName(resolutions: readonly number[]): string {
  const listed = resolutions.join("-");
  if (listed.length <= 60) return listed;
  const digest = createHash("sha256").update(listed).digest("hex").slice(0, 12);
  return `${resolutions[0]}-${resolutions.at(-1)}-${digest}`;
}
