import { copyFile, lstat, mkdir, readdir, readFile, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import dockerignore from "@balena/dockerignore";

/** Large, and ignored whatever the patterns say: not worth a walk. */
const neverSent = new Set(["node_modules", ".git"]);

/** Paths of the files and links that a builder is sent of a folder with a `.dockerignore`. */
export async function contextFiles(folder: string): Promise<readonly string[]> {
  const patterns = (await readFile(join(folder, ".dockerignore"), "utf8")).split(/\r?\n/);
  const filter = dockerignore.default().add(patterns.filter((line) => !line.startsWith("#")));
  const walk = async (path: string): Promise<string[]> => {
    const entries = await readdir(join(folder, path), { withFileTypes: true });
    const found = entries
      .filter(({ name }) => !neverSent.has(name))
      .map((entry) => {
        const entryPath = join(path, entry.name);
        return entry.isDirectory() ? walk(entryPath) : [entryPath];
      });
    return (await Promise.all(found)).flat();
  };
  return (await walk("")).filter((path) => !filter.ignores(path)).sort();
}

/** Copies the context, or what of it lies at or below `source`, to a folder or, if it is a file, to a path. */
export async function copyFromContext(
  context: { readonly folder: string; readonly files: readonly string[] },
  source: string,
  destination: string,
): Promise<void> {
  const below = source === "." ? "" : `${source}/`;
  const chosen = context.files.filter((path) => path === source || path.startsWith(below));
  if (chosen.length === 0) throw new Error(`COPY ${source}: is not in the build context`);
  for (const path of chosen) {
    const target = path === source ? destination : join(destination, path.slice(below.length));
    const from = join(context.folder, path);
    await mkdir(dirname(target), { recursive: true });
    if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from), target);
    else await copyFile(from, target);
  }
}
