import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";

/** One mount: a folder or file of this machine, at a path that a container sees. */
export interface Bind {
  readonly from: string;
  readonly to: string;
  readonly isReadOnly: boolean;
}

export interface SandboxOptions {
  readonly binds: readonly Bind[];
  readonly env: Readonly<Record<string, string>>;
  readonly userId: number;
  readonly workingDir: string;
  readonly command: readonly string[];
}

/** Program search path inside. */
const path = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/usr/sbin`;

/** Whether bubblewrap is here and may make what a container is made of. */
export function hasSandbox(): boolean {
  const args = bwrapArguments({
    binds: [],
    env: {},
    userId: 10_001,
    workingDir: "/",
    command: ["true"],
  });
  return spawnSync("bwrap", args).status === 0;
}

/**
 * Arguments of bubblewrap for a process that sees what a container of ours sees: a root that cannot be
 * written, its own mounts at their paths, its own environment, process id 1 and a user without rights.
 * Of the machine it has programs and libraries (in place of the image's) and the network.
 */
export function bwrapArguments(options: SandboxOptions): readonly string[] {
  const { binds, env, userId, workingDir, command } = options;
  const node = dirname(dirname(realpathSync(process.execPath)));
  return [
    ...["--unshare-user", "--uid", String(userId), "--gid", String(userId)],
    ...["--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-uts", "--die-with-parent"],
    ...[
      "--ro-bind",
      "/usr",
      "/usr",
      "--symlink",
      "usr/bin",
      "/bin",
      "--symlink",
      "usr/lib",
      "/lib",
    ],
    ...["--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev"],
    ...(node === "/usr" ? [] : ["--ro-bind", node, node]),
    ...binds.flatMap(({ from, to, isReadOnly }) => [isReadOnly ? "--ro-bind" : "--bind", from, to]),
    ...["--remount-ro", "/", "--clearenv", "--setenv", "PATH", path],
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--chdir", workingDir, "--", ...command],
  ];
}
