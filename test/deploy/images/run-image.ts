import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BuiltStage } from "./build-outside-docker.js";

/** What of this machine stands for the base image: the C library's folders, and Node itself. */
const ofBase = ["/etc", "/lib", "/lib64", "/usr/lib"];
const nodeInImage = "/usr/local/bin/node";

/**
 * `$1` root, `$2` Node, `$3` working directory, `$4` user, `$5` folders of the base image, then the command.
 * Runs in a mount namespace of its own: its mounts end with it.
 */
const script = `
set -e
root=$1; node=$2; workdir=$3; user=$4; base=$5; shift 5
mount --bind "$root" "$root"
for folder in $base /proc /dev; do mount --rbind "$folder" "$root$folder"; done
mount --bind "$node" "$root${nodeInImage}"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o "uid=$user,gid=$user,mode=0755" tmpfs "$root/var/cache/collm"
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs unshare --root="$root" --wd="$workdir" --setgid="$user" --setuid="$user" "$@"
`;

/** Whether this user and kernel allow all of it. */
export function canConfine(): boolean {
  const words = "mount -t tmpfs tmpfs /mnt && exec setpriv --no-new-privs true";
  return spawnSync("unshare", ["--mount", "sh", "-c", words]).status === 0;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** In the place of the image's. */
  readonly command?: readonly string[];
}

/**
 * Runs an image's command as a container would: the stage's files as `/`, read-only, an empty `/tmp` and
 * `/var/cache/collm`, the image's user without privileges, nothing of the caller's environment. The network
 * is this machine's.
 */
export function runImage(image: BuiltStage, options: RunOptions = {}): ChildProcess {
  const folders = [...ofBase, "/proc", "/dev", "/tmp", "/var/cache/collm"];
  for (const folder of folders) mkdirSync(join(image.folder, folder), { recursive: true });
  mkdirSync(join(image.folder, dirname(nodeInImage)), { recursive: true });
  writeFileSync(join(image.folder, nodeInImage), "", { flag: "a" });
  const [user = ""] = (image.user ?? "0").split(":");
  const command = options.command ?? image.command;
  return spawn(
    "unshare",
    [
      ...["--mount", "sh", "-c", script, "sh", image.folder, process.execPath],
      ...[image.workdir, user, ofBase.join(" "), ...command],
    ],
    {
      // What runs it is found by the first, the image's Node by the last.
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin", ...image.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

/** Where `runImage` is not allowed: the same command in the stage's folder, by this user, on this machine's files. */
export function runUnconfined(image: BuiltStage, options: RunOptions = {}): ChildProcess {
  const within = (text: string) => text.replace(/^\/(?=(app|tmp|var)\/)/, () => `${image.folder}/`);
  const env = Object.entries({ ...image.env, ...options.env });
  mkdirSync(join(image.folder, "tmp"), { recursive: true });
  const [program = "", ...args] = (options.command ?? image.command).map(within);
  return spawn(program, args, {
    cwd: join(image.folder, image.workdir),
    env: {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      ...Object.fromEntries(env.map(([name, value]) => [name, within(value)])),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
