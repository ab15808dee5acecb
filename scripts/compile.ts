import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Compiled files lie as deep as their sources: relative paths are the same from both. */
const layouts = [
  { source: "src", compiled: "dist" },
  { source: "gen", compiled: "dist/gen" },
] as const;

/**
 * Makes `dist/` of every package and service what its sources are now: file by file, types dropped
 * and not checked, tests left out. A file is replaced as a whole and only where it differs, so that
 * programs may run from `dist/` meanwhile.
 *
 * @returns how many files there are.
 * @throws if a source does not parse.
 */
export async function compile(): Promise<number> {
  const folders = await packageFolders();
  const sources = await Promise.all(folders.map(sourcesOf));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: sources.flat(),
    outdir: ".",
    format: "esm",
    platform: "node",
    target: "node20",
    write: false,
  });
  const codes = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  await Promise.all([...codes].map(([path, code]) => replace(path, code)));
  await Promise.all(folders.map((folder) => removeOthers(join(root, folder, "dist"), codes)));
  return codes.size;
}

async function packageFolders(): Promise<readonly string[]> {
  const grouped = ["packages", "services"].map(async (group) =>
    (await readdir(join(root, group))).map((name) => join(group, name)),
  );
  return ["proto", ...(await Promise.all(grouped)).flat()];
}

/** What esbuild reads, and where it belongs, without the extension. */
async function sourcesOf(folder: string): Promise<{ in: string; out: string }[]> {
  const found = layouts.map(async ({ source, compiled }) =>
    (await filesUnder(join(root, folder, source)))
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
      .map((path) => ({
        in: join(folder, source, path),
        out: join(folder, compiled, path.slice(0, -".ts".length)),
      })),
  );
  return (await Promise.all(found)).flat();
}

/** Paths below a folder, also of folders; none where it does not exist. */
function filesUnder(folder: string): Promise<readonly string[]> {
  return readdir(folder, { recursive: true }).catch(() => []);
}

async function replace(path: string, code: Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => undefined);
  if (old?.equals(code)) return;
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, code);
  await rename(unfinished, path);
}

/** What was compiled from sources that are gone. */
async function removeOthers(dist: string, codes: ReadonlyMap<string, unknown>): Promise<void> {
  const paths = (await filesUnder(dist)).map((path) => join(dist, path));
  const stale = paths.filter((path) => path.endsWith(".js") && !codes.has(path));
  await Promise.all(stale.map((path) => rm(path, { force: true })));
}
