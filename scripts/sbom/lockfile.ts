import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Dependencies {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Resolved = Readonly<Record<string, { readonly version: string }>>;

/** What is read of a `pnpm-lock.yaml`, version 9. */
interface Lockfile {
  /** Packages of the workspace by folder. */
  readonly importers: Readonly<
    Record<string, { readonly dependencies?: Resolved; readonly optionalDependencies?: Resolved }>
  >;
  /** Packages from the registry by `name@version`. */
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolution: { readonly integrity?: string };
        readonly os?: readonly string[];
        readonly cpu?: readonly string[];
        readonly libc?: readonly string[];
      }
    >
  >;
  /** What those depend on, by `name@version` and the peers that they got. */
  readonly snapshots: Readonly<Record<string, Dependencies>>;
}

/** A package that is installed for production. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  /** As its `package.json` states it; absent where nothing does. */
  readonly license?: string | undefined;
  /** SHA-512 of the registry's archive in hexadecimal digits; absent for packages of the workspace. */
  readonly sha512?: string | undefined;
  /** `name@version` of what it depends on. */
  readonly dependsOn: Set<string>;
}

/** What the images are made for. */
const platform = { os: "linux", cpu: process.arch, libc: "glibc" };

/**
 * Everything that packages of the workspace need in production on Linux, themselves included, by
 * `name@version`. Versions come from the lockfile, licences from what is installed.
 *
 * @param root an installed workspace
 * @param folders of the packages, relative to it
 */
export function productionPackages(
  root: string,
  folders: readonly string[],
): ReadonlyMap<string, Installed> {
  const lockfile: Lockfile = parse(readFileSync(join(root, "pnpm-lock.yaml"), "utf8"));
  const found = new Map<string, Installed>();
  const seen = new Set<string>();

  const addWorkspace = (folder: string): string => {
    const { name, version, license } = manifestIn(join(root, folder));
    const id = `${name}@${version}`;
    if (found.has(id)) return id;
    const dependsOn = new Set<string>();
    found.set(id, { name, version, license, dependsOn });
    const importer = lockfile.importers[folder] ?? {};
    for (const [alias, { version: reference }] of Object.entries({
      ...importer.dependencies,
      ...importer.optionalDependencies,
    })) {
      const linked = /^link:(.*)$/.exec(reference)?.[1];
      if (linked !== undefined) dependsOn.add(addWorkspace(join(folder, linked)));
      else addRegistry(alias, reference, join(root, folder, "node_modules"), dependsOn);
    }
    return id;
  };

  const addRegistry = (
    alias: string,
    reference: string,
    modules: string,
    dependents: Set<string>,
  ): void => {
    const key = reference in lockfile.snapshots ? reference : `${alias}@${reference}`;
    const id = key.replace(/\(.*$/, "");
    const entry = lockfile.packages[id];
    if (entry === undefined) throw new Error(`pnpm-lock.yaml: has no package ${id}`);
    const isForHere = (["os", "cpu", "libc"] as const).every(
      (kind) => entry[kind]?.includes(platform[kind]) ?? true,
    );
    if (!isForHere) return;
    dependents.add(id);
    // Once for each set of peers.
    if (seen.has(key)) return;
    seen.add(key);
    const folder = realpathSync(join(modules, alias));
    const at = id.lastIndexOf("@");
    const [name, version] = [id.slice(0, at), id.slice(at + 1)];
    const dependsOn = found.get(id)?.dependsOn ?? new Set<string>();
    const { license } = manifestIn(folder);
    found.set(id, { name, version, license, sha512: sha512Of(entry.resolution), dependsOn });
    // pnpm lays what a package needs beside it.
    const siblings = join(folder, ...name.split("/").map(() => ".."));
    const { dependencies, optionalDependencies } = lockfile.snapshots[key] ?? {};
    for (const [needed, version] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      addRegistry(needed, version, siblings, dependsOn);
    }
  };

  for (const folder of folders) addWorkspace(folder);
  return found;
}

function sha512Of({ integrity }: { readonly integrity?: string }): string | undefined {
  const base64 = /^sha512-(.+)$/.exec(integrity ?? "")?.[1];
  return base64 && Buffer.from(base64, "base64").toString("hex");
}

function manifestIn(folder: string): {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
} {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name, version, license: typeof license === "string" ? license : license?.type };
}
