import { randomInt } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../support/poll.js";
import { filesFrom } from "../container-process.js";
import {
  hasLabels,
  type Labels,
  type Manifest,
  ofKind,
  type Workload,
  workloadsOf,
} from "../manifest.js";
import { Pod } from "./pod.js";
import type { Bind } from "./sandbox.js";

/** Longest time that a pod may take to be ready. */
const readyMs = 90_000;

/** Named by what a container's resolver reads instead of asking a DNS server. */
const resolverFiles = {
  "host.conf": "multi on\n",
  "nsswitch.conf": "hosts: files\n",
};

/** nats-server ends with 1 when it is told to. */
const goodEnds: Readonly<Record<string, number>> = { nats: 1 };

/**
 * What Kubernetes does with rendered manifests, in small and on this machine: it starts pods, each with a
 * loopback address of its own, names those that are ready in the Services' records, scales and rolls.
 */
export class SmallCluster {
  #manifests: readonly Manifest[];
  readonly #folder: string;
  readonly #pods = new Map<string, Pod[]>();
  /** Pods that live and, those that are ready: what the Services' records name. */
  readonly #living = new Set<Pod>();
  readonly #readyPods = new Set<Pod>();
  /** What its pods' addresses begin with, so that clusters do not meet. */
  readonly #network = `127.${randomInt(64, 250)}.${randomInt(1, 250)}`;
  #lastHost = 1;
  /** Ends that were not the cluster's doing, and ends that were and not in order. */
  readonly problems: string[] = [];

  /** @param folder of its own; made if need be */
  constructor(manifests: readonly Manifest[], folder: string) {
    this.#manifests = manifests;
    this.#folder = folder;
  }

  /** Starts all workloads at once, with the replicas that they want, and waits until all are ready. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const [name, text] of Object.entries(resolverFiles)) {
      await writeFile(join(this.#folder, name), text);
    }
    await this.#writeHosts();
    for (const { manifest, replicas } of workloadsOf(this.#manifests)) {
      this.#pods.set(manifest.metadata.name, []);
      for (let i = 0; i < replicas; i++) await this.#startPod(manifest.metadata.name);
    }
    await Promise.all([...this.#pods.values()].flat().map((pod) => this.#ready(pod)));
  }

  podsOf(workload: string): readonly Pod[] {
    return this.#pods.get(workload) ?? [];
  }

  /** Starts pods until there are so many, or terminates the newest. */
  async scale(workload: string, replicas: number): Promise<void> {
    const pods = this.#pods.get(workload) ?? [];
    const added: Pod[] = [];
    while (pods.length < replicas) added.push(await this.#startPod(workload));
    await Promise.all(added.map((pod) => this.#ready(pod)));
    await Promise.all(pods.splice(replicas).map((pod) => this.#terminate(pod)));
  }

  /**
   * A rolling restart. A Deployment's pod ends only when its successor is ready; a StatefulSet's ends
   * first, for the next has its name and its volumes.
   *
   * @param beforeEnd called before each of the old pods is terminated
   */
  async roll(workload: string, beforeEnd: () => Promise<void>): Promise<void> {
    const pods = this.#pods.get(workload) ?? [];
    const isStateful = this.#workload(workload).manifest.kind === "StatefulSet";
    for (const old of [...pods]) {
      if (!isStateful) await this.#ready(await this.#startPod(workload));
      await beforeEnd();
      pods.splice(pods.indexOf(old), 1);
      await this.#terminate(old);
      if (isStateful) await this.#ready(await this.#startPod(workload));
    }
  }

  /** Replaces a ConfigMap's contents; running pods see it in their volumes. */
  async changeConfigMap(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    this.#manifests = this.#manifests.map((one) =>
      one.kind === "ConfigMap" && one.metadata.name === name ? { ...one, data } : one,
    );
    const all = [...this.#pods.values()].flat();
    await Promise.all(all.map((pod) => pod.mountFiles(filesFrom(this.#manifests))));
  }

  /** A pod that is not part of a workload of the manifests, e.g. somebody's command. */
  async run(workload: Workload, name: string): Promise<Pod> {
    return await this.#newPod(workload, name);
  }

  /** Terminates all pods, those of StatefulSets last. */
  async stop(): Promise<void> {
    const workloads = workloadsOf(this.#manifests);
    for (const kind of ["Deployment", "StatefulSet"]) {
      const names = workloads
        .filter(({ manifest }) => manifest.kind === kind)
        .map(({ manifest }) => manifest.metadata.name);
      const pods = names.flatMap((name) => this.#pods.get(name)?.splice(0) ?? []);
      await Promise.all(pods.map((pod) => this.#terminate(pod)));
    }
  }

  #workload(name: string): Workload {
    const found = workloadsOf(this.#manifests).find(
      ({ manifest }) => manifest.metadata.name === name,
    );
    if (!found) throw new Error(`no Deployment or StatefulSet ${name}`);
    return found;
  }

  async #startPod(name: string): Promise<Pod> {
    const workload = this.#workload(name);
    const pods = this.#pods.get(name) ?? [];
    const isStateful = workload.manifest.kind === "StatefulSet";
    const number = isStateful ? pods.length : this.#lastHost + 1;
    const pod = await this.#newPod(workload, `${name}-${number}`);
    pods.push(pod);
    return pod;
  }

  async #newPod(workload: Workload, name: string): Promise<Pod> {
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    const pod = await Pod.start({
      ...{ name, workload, folder, ip: `${this.#network}.${++this.#lastHost}` },
      filesOf: filesFrom(this.#manifests),
      files: ["hosts", ...Object.keys(resolverFiles)].map(
        (file): Bind => ({ from: join(this.#folder, file), to: `/etc/${file}`, isReadOnly: true }),
      ),
    });
    this.#living.add(pod);
    await this.#writeHosts();
    return pod;
  }

  async #ready(pod: Pod): Promise<void> {
    await until(
      `${pod.name} to be ready, see ${pod.logFile}`,
      async () => {
        if (pod.hasEnded) throw new Error(`${pod.name} ended, see ${pod.logFile}`);
        return (await pod.isReady()) || undefined;
      },
      readyMs,
    );
    this.#readyPods.add(pod);
    await this.#writeHosts();
  }

  async #terminate(pod: Pod): Promise<void> {
    this.#living.delete(pod);
    this.#readyPods.delete(pod);
    await this.#writeHosts();
    if (pod.hasEnded) this.problems.push(`${pod.name} had ended`);
    const { code, wasKilled } = await pod.terminate();
    const goodEnd = goodEnds[pod.workload.manifest.metadata.name] ?? 0;
    if (wasKilled) this.problems.push(`${pod.name} outlived its grace period`);
    else if (code !== goodEnd) this.problems.push(`${pod.name} ended with ${code}`);
  }

  /** What headless Services answer. */
  async #writeHosts(): Promise<void> {
    const lines = ofKind(this.#manifests, "Service").flatMap(({ metadata, spec }) => {
      const { selector = {}, publishNotReadyAddresses } = spec as {
        readonly selector?: Labels;
        readonly publishNotReadyAddresses?: boolean;
      };
      const domain = `${metadata.name}.${metadata.namespace}.svc`;
      const names = `${metadata.name} ${metadata.name}.${metadata.namespace} ${domain} ${domain}.cluster.local`;
      return [...(publishNotReadyAddresses ? this.#living : this.#readyPods)]
        .filter(({ workload }) => hasLabels(workload.podLabels, selector))
        .map(({ ip }) => `${ip} ${names}`);
    });
    // In place: the pods have this very file mounted.
    await writeFile(join(this.#folder, "hosts"), ["127.0.0.1 localhost", ...lines, ""].join("\n"));
  }
}
