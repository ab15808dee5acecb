import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { checkHealth } from "@collm/rpc";
import type { Manifests, PodTemplate, Probe } from "./manifests.js";
import { environmentOf, expand, type PodFields } from "./pod-environment.js";
import { type Bind, bwrapArguments } from "./sandbox.js";
import { filesOf, writeAtomically } from "./volumes.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** Programs that images run before their arguments, where a manifest names no command. */
const entrypoints: Readonly<Record<string, readonly string[]>> = { nats: ["nats-server"] };

export interface PodOptions {
  readonly name: string;
  readonly namespace: string;
  /** Address of this machine that stands for the pod's. */
  readonly ip: string;
  readonly template: PodTemplate;
  readonly manifests: Manifests;
  /** For its volumes and its log; empty. */
  readonly folder: string;
  /** Folders of claims, by name. */
  readonly claims: Readonly<Record<string, string>>;
  /** Files of this machine that every pod sees, e.g. /etc/hosts. */
  readonly files: readonly Bind[];
  /** Further variables; Kubernetes itself sets some. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a pod ended. */
export interface PodEnd {
  readonly code: number | null;
  /** Whether it outlived its grace period. */
  readonly wasKilled: boolean;
}

/** One pod of one container, as a process of this machine in a sandbox of its own. */
export class Pod {
  readonly name: string;
  readonly ip: string;
  readonly template: PodTemplate;
  readonly logFile: string;
  readonly #options: PodOptions;
  readonly #volumes: ReadonlyMap<string, string>;
  #child: ChildProcess | undefined;
  #pid: number | undefined;

  private constructor(options: PodOptions, volumes: ReadonlyMap<string, string>) {
    this.name = options.name;
    this.ip = options.ip;
    this.template = options.template;
    this.logFile = join(options.folder, "log");
    this.#options = options;
    this.#volumes = volumes;
  }

  static async start(options: PodOptions): Promise<Pod> {
    const volumes = new Map<string, string>();
    for (const volume of options.template.spec.volumes ?? []) {
      const { persistentVolumeClaim: claim } = volume;
      const folder = claim && options.claims[claim.claimName];
      if (claim && !folder) throw new Error(`no claim ${claim.claimName}`);
      volumes.set(volume.name, folder ?? join(options.folder, volume.name));
      await mkdir(join(options.folder, volume.name), { recursive: true });
    }
    const pod = new Pod(options, volumes);
    await pod.mountFiles(options.manifests);
    await pod.#run();
    return pod;
  }

  /** Writes the volumes of ConfigMaps and Secrets, also again when those have changed. */
  async mountFiles(manifests: Manifests): Promise<void> {
    for (const volume of this.template.spec.volumes ?? []) {
      const files = filesOf(volume, manifests);
      if (files) await writeAtomically(this.#volumes.get(volume.name) ?? "", files);
    }
  }

  get hasEnded(): boolean {
    return this.#child?.exitCode !== null;
  }

  /** Whether its readiness probe succeeds, as kubelet asks. */
  async isReady(): Promise<boolean> {
    const [container] = this.template.spec.containers;
    return await this.#succeeds(container?.readinessProbe);
  }

  /** SIGTERM, and SIGKILL after the grace period. */
  async terminate(): Promise<PodEnd> {
    const graceSeconds = this.template.spec.terminationGracePeriodSeconds ?? 30;
    const child = this.#child;
    if (!child || this.#pid === undefined) throw new Error(`${this.name} was not started`);
    if (child.exitCode !== null) return { code: child.exitCode, wasKilled: false };
    const ended = once(child, "exit").then(() => true);
    process.kill(this.#pid, "SIGTERM");
    const inTime = await Promise.race([ended, delay(graceSeconds * 1000, false, { ref: false })]);
    if (!inTime) process.kill(this.#pid, "SIGKILL");
    await ended;
    return { code: child.exitCode, wasKilled: !inTime };
  }

  async #run(): Promise<void> {
    const { manifests, template, ip, namespace, files, env } = this.#options;
    const [container] = template.spec.containers;
    if (!container) throw new Error(`${this.name} has no container`);
    const fields: PodFields = {
      "metadata.name": this.name,
      "metadata.namespace": namespace,
      "status.podIP": ip,
      "spec.nodeName": "node",
    };
    const environment = environmentOf(container, manifests, fields);
    const image = container.image.split(":", 1)[0]?.split("/").at(-1) ?? "";
    const command = [
      ...(container.command ?? entrypoints[image] ?? []),
      ...(container.args ?? []),
    ].map((part) => expand(part, environment));
    const mounts = (container.volumeMounts ?? []).map(
      ({ name, mountPath, subPath, readOnly }): Bind => {
        const folder = this.#volumes.get(name);
        if (folder === undefined) throw new Error(`${this.name}: no volume ${name}`);
        return { from: join(folder, subPath ?? ""), to: mountPath, isReadOnly: readOnly ?? false };
      },
    );
    const args = bwrapArguments({
      binds: [{ from: repository, to: "/app", isReadOnly: true }, ...files, ...mounts],
      env: { ...environment, ...env },
      userId: container.securityContext?.runAsUser ?? template.spec.securityContext?.runAsUser ?? 0,
      workingDir: container.workingDir ?? "/app",
      command,
    });
    const log = openSync(this.logFile, "a");
    const child = spawn("bwrap", ["--info-fd", "3", ...args], {
      stdio: ["ignore", log, log, "pipe"],
    });
    closeSync(log);
    this.#child = child;
    this.#pid = await readPid(child);
  }

  async #succeeds(probe: Probe | undefined): Promise<boolean> {
    if (this.hasEnded) return false;
    if (!probe) return true;
    try {
      if (probe.grpc) {
        const { port, service } = probe.grpc;
        return (await checkHealth(`${this.ip}:${port}`, { name: service })) === "SERVING";
      }
      if (probe.httpGet) {
        const { path } = probe.httpGet;
        const port = this.#portNumber(probe.httpGet.port);
        return (await fetch(`http://${this.ip}:${port}${path}`)).ok;
      }
    } catch {
      return false;
    }
    throw new Error(`${this.name}: a probe of a kind that is not known here`);
  }

  #portNumber(port: number | string): number {
    if (typeof port === "number") return port;
    const [container] = this.template.spec.containers;
    const found = container?.ports?.find(({ name }) => name === port);
    if (!found) throw new Error(`${this.name}: no port ${port}`);
    return found.containerPort;
  }
}

/** bubblewrap tells the process id of what it started, as this machine counts. */
async function readPid(child: ChildProcess): Promise<number> {
  let text = "";
  for await (const piece of child.stdio[3] as NodeJS.ReadableStream) text += piece;
  const { "child-pid": pid } = JSON.parse(text) as { "child-pid": number };
  return pid;
}
