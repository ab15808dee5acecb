import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A folder as Kubernetes mounts a ConfigMap or Secret: the files are links through `..data`, a link to
 * the folder of the version, which is swapped at once for a new one; the old version is then removed.
 */
export class MountedFolder {
  readonly path: string;
  #version = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Puts a version with these files, and no others, in the place of the one before. */
  async mount(files: Readonly<Record<string, string>>): Promise<void> {
    const version = `..${++this.#version}`;
    await mkdir(join(this.path, version), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(this.path, version, name), text);
    }
    const link = join(this.path, "..data_tmp");
    await symlink(version, link);
    await rename(link, join(this.path, "..data"));
    const linked = (await readdir(this.path)).filter((name) => !name.startsWith(".."));
    for (const name of linked) if (!(name in files)) await rm(join(this.path, name));
    for (const name of Object.keys(files)) {
      if (!linked.includes(name)) await symlink(`..data/${name}`, join(this.path, name));
    }
    await rm(join(this.path, `..${this.#version - 1}`), { recursive: true, force: true });
  }
}
