import { randomInt } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../support/poll.js";
import type { Manifests, Workload } from "./manifests.js";
import { Pod, type PodEnd } from "./pod.js";
import type { Bind } from "./sandbox.js";

/** Longest time that a pod may take to be ready. */
const readyMs = 60_000;

/** Named by what a container's resolver reads instead of asking a DNS server. */
const resolverFiles = {
  "host.conf": "multi on\n",
  "nsswitch.conf": "hosts: files\n",
};

/**
 * What Kubernetes does with rendered manifests, in small and on this machine: it starts pods, each with a
 * loopback address of its own, names those that are ready in the services' records, scales and rolls.
 */
export class SmallCluster {
  #manifests: Manifests;
  readonly #namespace: string;
  readonly #folder: string;
  readonly #claims: Record<string, string> = {};
  readonly #pods = new Map<string, Pod[]>();
  /** Pods that the Services' records name. */
  readonly #listed = new Set<Pod>();
  /** The two middle parts of its pods' addresses, so that clusters do not meet. */
  readonly #network = `127.${randomInt(64, 250)}.${randomInt(1, 250)}`;
  #lastHost = 1;
  /** Ends that were not the cluster's doing, and ends that were and not in order. */
  readonly problems: string[] = [];

  constructor(manifests: Manifests, namespace: string, folder: string) {
    this.#manifests = manifests;
    this.#namespace = namespace;
    this.#folder = folder;
  }

  /** Starts all workloads with the replicas that the manifests want and waits until all are ready. */
  async start(): Promise<void> {
    for (const [name, text] of Object.entries(resolverFiles)) {
      await writeFile(join(this.#folder, name), text);
    }
    await this.#writeHosts();
    for (const { metadata, spec } of this.#manifests.workloads) {
      this.#pods.set(metadata.name, []);
      for (let i = 0; i < (spec.replicas ?? 1); i++) await this.#startPod(metadata.name);
    }
    const all = [...this.#pods.values()].flat();
    await Promise.all(all.map((pod) => this.#ready(pod)));
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
    const removed = pods.splice(replicas);
    await Promise.all(removed.map((pod) => this.#terminate(pod)));
  }

  /** A rolling restart: each pod ends only when its successor is ready. */
  async roll(workload: string): Promise<void> {
    const pods = this.#pods.get(workload) ?? [];
    for (const old of [...pods]) {
      await this.#ready(await this.#startPod(workload));
      pods.splice(pods.indexOf(old), 1);
      await this.#terminate(old);
    }
  }

  /** Replaces a ConfigMap's contents; running pods see it in their volumes. */
  async changeConfigMap(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    this.#manifests = this.#manifests.withConfigMap(name, data);
    const all = [...this.#pods.values()].flat();
    await Promise.all(all.map((pod) => pod.mountFiles(this.#manifests)));
  }

  /** A pod that is not part of a workload, e.g. somebody's command. */
  async run(template: Workload["spec"]["template"], name: string): Promise<Pod> {
    return await this.#newPod(template, name);
  }

  async stop(): Promise<void> {
    // Those that others need last: the reverse of the order in which they were started.
    for (const pods of [...this.#pods.values()].reverse()) {
      await Promise.all(pods.splice(0).map((pod) => this.#terminate(pod)));
    }
  }

  async #startPod(workload: string): Promise<Pod> {
    const { template, volumeClaimTemplates = [] } = this.#manifests.workload(workload).spec;
    const name = `${workload}-${this.#lastHost + 1}`;
    const claimed = volumeClaimTemplates.map(({ metadata }) => ({
      name: metadata.name,
      persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
    }));
    const volumes = [...(template.spec.volumes ?? []), ...claimed];
    const pod = await this.#newPod({ ...template, spec: { ...template.spec, volumes } }, name);
    this.#pods.get(workload)?.push(pod);
    return pod;
  }

  async #newPod(template: Workload["spec"]["template"], name: string): Promise<Pod> {
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    for (const { persistentVolumeClaim: claim } of template.spec.volumes ?? []) {
      if (!claim) continue;
      const { claimName } = claim;
      this.#claims[claimName] = join(this.#folder, `claim-${claimName}`);
      await mkdir(this.#claims[claimName], { recursive: true });
    }
    return await Pod.start({
      name,
      namespace: this.#namespace,
      ip: `${this.#network}.${++this.#lastHost}`,
      template,
      manifests: this.#manifests,
      folder,
      claims: this.#claims,
      files: ["hosts", ...Object.keys(resolverFiles)].map(
        (file): Bind => ({ from: join(this.#folder, file), to: `/etc/${file}`, isReadOnly: true }),
      ),
    });
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
    this.#listed.add(pod);
    await this.#writeHosts();
  }

  async #terminate(pod: Pod): Promise<void> {
    this.#listed.delete(pod);
    await this.#writeHosts();
    if (pod.hasEnded) this.problems.push(`${pod.name} had ended`);
    const { code, wasKilled }: PodEnd = await pod.terminate();
    if (wasKilled) this.problems.push(`${pod.name} outlived its grace period`);
    else if (code !== 0) this.problems.push(`${pod.name} ended with ${code}`);
  }

  /** What headless Services answer: the addresses of the pods that are ready. */
  async #writeHosts(): Promise<void> {
    const lines = [...this.#listed].flatMap(({ ip, template }) =>
      this.#manifests.servicesOf(template.metadata.labels).map((service) => {
        const domain = `${service}.${this.#namespace}.svc`;
        return `${ip} ${service} ${service}.${this.#namespace} ${domain} ${domain}.cluster.local`;
      }),
    );
    // In place: the pods have this very file mounted.
    await writeFile(join(this.#folder, "hosts"), ["127.0.0.1 localhost", ...lines, ""].join("\n"));
  }
}
