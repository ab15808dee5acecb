import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileSource, Manifests, Volume } from "./manifests.js";

/** The files of a volume that is made of ConfigMaps and Secrets; undefined for other volumes. */
export function filesOf(
  volume: Volume,
  manifests: Manifests,
): Readonly<Record<string, string>> | undefined {
  if (!volume.configMap && !volume.secret && !volume.projected) return undefined;
  const sources = volume.projected?.sources ?? [volume];
  return Object.assign({}, ...sources.map((source) => filesOfSource(source, manifests)));
}

function filesOfSource(
  { configMap, secret }: FileSource,
  manifests: Manifests,
): Readonly<Record<string, string>> {
  const reference = configMap ?? secret;
  if (!reference) return {};
  const kind = configMap ? "ConfigMap" : "Secret";
  const name = configMap?.name ?? secret?.secretName ?? secret?.name ?? "";
  const contents = manifests.contentsOf(kind, name);
  if (!contents) {
    if (reference.optional) return {};
    throw new Error(`a volume wants the ${kind} ${name}, which is not there`);
  }
  if (!reference.items) return contents;
  return Object.fromEntries(
    reference.items.map(({ key, path }) => {
      const value = contents[key];
      if (value === undefined) throw new Error(`the ${kind} ${name} has no key ${key}`);
      return [path, value];
    }),
  );
}

let generation = 0;

/**
 * Writes a volume's files as kubelet does: into a folder of their own, which the link `..data` names
 * and the visible links go through. A second call swaps `..data`, so that all files change at once.
 */
export async function writeAtomically(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const version = `..${generation++}`;
  await mkdir(join(folder, version), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, version, name), content, { mode: 0o440 });
    // There from the last version on, if there was one.
    await symlink(join("..data", name), join(folder, name)).catch(() => undefined);
  }
  await rm(join(folder, "..data_tmp"), { force: true });
  await symlink(version, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
}
