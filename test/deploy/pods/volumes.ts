import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

let generation = 0;

/**
 * Writes a volume's files as kubelet does: into a folder of their own, which the link `..data` names
 * and the visible links go through. A second call swaps `..data`, so that all files change at once.
 */
export async function writeAtomically(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const version = `..${generation++}`;
  await mkdir(join(folder, version), { recursive: true });
  for (const [name, content] of files) {
    await writeFile(join(folder, version, name), content, { mode: 0o440 });
    // There from the last version on, if there was one.
    await symlink(join("..data", name), join(folder, name)).catch(() => undefined);
  }
  await rm(join(folder, "..data_tmp"), { force: true });
  await symlink(version, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
}
