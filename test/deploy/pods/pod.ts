import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MountedFolder } from "@collm/config/testing";
import { checkHealth } from "@collm/rpc";
import type { IProbe } from "kubernetes-models/v1/Probe";
import { type ContainerProcess, type FileSource, processesOf } from "../container-process.js";
import type { Workload } from "../manifest.js";
import { type Bind, bwrapArguments } from "./sandbox.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

export interface PodOptions {
  readonly name: string;
  /** Address of this machine that stands for the pod's. */
  readonly ip: string;
  readonly workload: Workload;
  readonly filesOf: FileSource;
  /** For its volumes and its log. What a pod of this name left there is still there. */
  readonly folder: string;
  /** Files of this machine that every pod sees, e.g. /etc/hosts. */
  readonly files: readonly Bind[];
}

/** How a pod ended. */
export interface PodEnd {
  readonly code: number | null;
  /** Whether it outlived its grace period. */
  readonly wasKilled: boolean;
}

/**
 * One pod of one container, as a process of this machine in a sandbox of its own. `preStop` hooks are
 * not run, so a pod ends more harshly here than in a cluster.
 */
export class Pod {
  readonly name: string;
  readonly ip: string;
  readonly workload: Workload;
  readonly logFile: string;
  readonly #options: PodOptions;
  readonly #process: ContainerProcess;
  readonly #mounted: readonly MountedFolder[];
  readonly #child: ChildProcess;
  /** Of the process in the sandbox, as this machine counts. */
  readonly #pid: number;

  private constructor(
    options: PodOptions,
    process: ContainerProcess,
    mounted: readonly MountedFolder[],
    child: ChildProcess,
    pid: number,
  ) {
    this.name = options.name;
    this.ip = options.ip;
    this.workload = options.workload;
    this.logFile = logFileOf(options);
    this.#options = options;
    this.#process = process;
    this.#mounted = mounted;
    this.#child = child;
    this.#pid = pid;
  }

  static async start(options: PodOptions): Promise<Pod> {
    const process = processOf(options);
    const mounted = await makeFolders(options, process);
    for (const folder of mounted) await mountFiles(options, process, folder);
    const log = openSync(logFileOf(options), "a");
    const child = spawn("bwrap", ["--info-fd", "3", ...sandboxArguments(options, process)], {
      stdio: ["ignore", log, log, "pipe"],
    });
    closeSync(log);
    return new Pod(options, process, mounted, child, await readPid(child));
  }

  /** Writes the volumes of ConfigMaps and Secrets again, as they are now. */
  async mountFiles(filesOf: FileSource): Promise<void> {
    const options = { ...this.#options, filesOf };
    const process = processOf(options);
    for (const folder of this.#mounted) await mountFiles(options, process, folder);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves with the exit code when it has ended by itself. */
  async end(): Promise<number | null> {
    if (!this.hasEnded) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  /** Whether its startup and readiness probes succeed, as kubelet asks. */
  async isReady(): Promise<boolean> {
    const { startupProbe, readinessProbe } = this.#process.container;
    return (await this.#succeeds(startupProbe)) && (await this.#succeeds(readinessProbe));
  }

  /** SIGTERM, and SIGKILL after the grace period. */
  async terminate(): Promise<PodEnd> {
    const graceSeconds = this.workload.pod.terminationGracePeriodSeconds ?? 30;
    if (this.hasEnded) return { code: this.#child.exitCode, wasKilled: false };
    const ended = once(this.#child, "exit").then(() => true);
    process.kill(this.#pid, "SIGTERM");
    const inTime = await Promise.race([ended, delay(graceSeconds * 1000, false, { ref: false })]);
    if (!inTime) process.kill(this.#pid, "SIGKILL");
    await ended;
    return { code: this.#child.exitCode, wasKilled: !inTime };
  }

  async #succeeds(probe: IProbe | undefined): Promise<boolean> {
    if (this.hasEnded) return false;
    if (!probe) return true;
    try {
      if (probe.grpc) {
        const { port, service } = probe.grpc;
        const status = await checkHealth(`${this.ip}:${port}`, { name: service });
        return status === "SERVING";
      }
      if (probe.httpGet) {
        const { path = "/", port } = probe.httpGet;
        const number = typeof port === "number" ? port : this.#process.ports[port];
        return (await fetch(`http://${this.ip}:${number}${path}`)).ok;
      }
    } catch {
      return false;
    }
    throw new Error(`${this.name}: a probe of a kind that is not known here`);
  }
}

function logFileOf({ folder }: PodOptions): string {
  return join(folder, "log");
}

function processOf({ workload, filesOf, name, ip }: PodOptions): ContainerProcess {
  const processes = processesOf(workload, filesOf, { name, ip });
  const [process] = processes;
  if (!process || processes.length > 1) throw new Error(`${name}: allowed is one container`);
  if (process.problems.length > 0) throw new Error(process.problems.join("\n"));
  return process;
}

/** The folder of this machine behind a folder of the container. */
function folderOf({ folder }: PodOptions, mountPath: string): string {
  return join(folder, "volumes", mountPath);
}

/** Makes the folders of all mounts; gives those of ConfigMaps and Secrets. */
async function makeFolders(
  options: PodOptions,
  { files, mounts }: ContainerProcess,
): Promise<readonly MountedFolder[]> {
  const paths = mounts.map(({ path }) => path);
  for (const path of paths) await mkdir(folderOf(options, path), { recursive: true });
  return paths
    .filter((path) => [...files.keys()].some((file) => dirname(file) === path))
    .map((path) => new MountedFolder(folderOf(options, path)));
}

async function mountFiles(
  options: PodOptions,
  { files }: ContainerProcess,
  folder: MountedFolder,
): Promise<void> {
  const inside = [...files].filter(([file]) => folderOf(options, dirname(file)) === folder.path);
  const named = inside.map(([file, text]) => [basename(file), text]);
  await folder.mount(Object.fromEntries(named));
}

function sandboxArguments(
  options: PodOptions,
  { command, container, environment, mounts, workingDirectory }: ContainerProcess,
): readonly string[] {
  const volumes = mounts.map(({ path, isWritable }): Bind => {
    return { from: folderOf(options, path), to: path, isReadOnly: !isWritable };
  });
  const { runAsUser } = { ...options.workload.pod.securityContext, ...container.securityContext };
  return bwrapArguments({
    binds: [{ from: repository, to: "/app", isReadOnly: true }, ...options.files, ...volumes],
    env: environment,
    userId: runAsUser ?? 0,
    workingDir: workingDirectory ?? "/",
    command,
  });
}

async function readPid(child: ChildProcess): Promise<number> {
  let text = "";
  for await (const piece of child.stdio[3] as NodeJS.ReadableStream) text += piece;
  const { "child-pid": pid } = JSON.parse(text) as { "child-pid": number };
  return pid;
}
