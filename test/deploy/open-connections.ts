import { type Manifest, workloadsOf } from "./manifest.js";
import { isAllowed, type Peer } from "./network.js";

/** Who is neither a workload nor made by the manifests, and the ports that somebody may want there. */
const others: Readonly<Record<string, { readonly peer: Peer; readonly ports: readonly number[] }>> =
  {
    client: {
      peer: { namespace: "collm", labels: { "app.kubernetes.io/component": "client" } },
      ports: [],
    },
    stranger: { peer: { namespace: "collm", labels: {} }, ports: [80, 443] },
    monitoring: { peer: { namespace: "monitoring", labels: {} }, ports: [4318, 9090] },
    keda: { peer: { namespace: "keda", labels: {} }, ports: [9666] },
    dns: {
      peer: { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
      ports: [53],
    },
    "kubernetes API": { peer: { address: "10.96.0.1" }, ports: [443, 6443] },
    "docker host": { peer: { address: "172.18.0.1" }, ports: [] },
    internet: { peer: { address: "203.0.113.7" }, ports: [80, 443, 4318] },
    "cloud metadata": { peer: { address: "169.254.169.254" }, ports: [80, 443] },
  };

/**
 * Every connection that the policies let through between pods of the rendering, or between one of these
 * and somebody else, as `coordinator -> navigator:7001`.
 */
export function openConnections(manifests: readonly Manifest[]): readonly string[] {
  const workloads = workloadsOf(manifests).map(({ manifest, podLabels, pod }) => ({
    name: manifest.metadata.name,
    isOurs: true,
    peer: { namespace: manifest.metadata.namespace ?? "", labels: podLabels } as Peer,
    ports: pod.containers.flatMap(({ ports = [] }) => ports.map((port) => port.containerPort)),
  }));
  const outside = Object.entries(others)
    // The client is a workload where the component of this name is used.
    .filter(([name]) => workloads.every((workload) => workload.name !== name))
    .map(([name, { peer, ports }]) => ({
      name,
      isOurs: "labels" in peer && peer.namespace === "collm",
      peer,
      ports,
    }));
  const all = [...workloads, ...outside];
  return all
    .flatMap((from) =>
      all.flatMap((to) =>
        // What others do among themselves is not ours.
        from.isOurs || to.isOurs
          ? to.ports
              .filter((port) => isAllowed(manifests, { from: from.peer, to: to.peer, port }))
              .map((port) => `${from.name} -> ${to.name}:${port}`)
          : [],
      ),
    )
    .sort();
}
