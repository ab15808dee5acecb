import { BlockList, isIPv6 } from "node:net";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import type { INetworkPolicyPeer } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer";
import type { INetworkPolicyPort } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicyPort";
import { type Labels, type Manifest, ofKind } from "./manifest.js";

/** One end of a connection: a pod with its namespace, or an address outside. */
export type Peer =
  | { readonly namespace: string; readonly labels: Labels }
  | { readonly address: string };

export interface Connection {
  readonly from: Peer;
  readonly to: Peer;
  readonly port: number;
  readonly protocol?: "TCP" | "UDP";
}

/**
 * Whether the policies let a connection through: its start must be allowed by those that select the
 * start, its arrival by those that select the end. Whom no policy of a direction selects may do anything.
 */
export function isAllowed(manifests: readonly Manifest[], connection: Connection): boolean {
  const policies = ofKind(manifests, "NetworkPolicy") as unknown as readonly INetworkPolicy[];
  const { from, to } = connection;
  return (
    isLetThrough(policies, "Egress", from, to, connection) &&
    isLetThrough(policies, "Ingress", to, from, connection)
  );
}

function isLetThrough(
  policies: readonly INetworkPolicy[],
  direction: "Ingress" | "Egress",
  self: Peer,
  other: Peer,
  connection: Connection,
): boolean {
  const binding = policies.filter(
    ({ metadata, spec }) =>
      "labels" in self &&
      metadata?.namespace === self.namespace &&
      (spec?.policyTypes ?? ["Ingress"]).includes(direction) &&
      selects(spec?.podSelector, self.labels),
  );
  if (binding.length === 0) return true;
  return binding.some(({ metadata, spec }) => {
    const rules =
      direction === "Egress"
        ? (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
        : (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
    return rules.some(
      ({ peers, ports }) =>
        (peers === undefined ||
          peers.some((peer) => isPeer(peer, other, metadata?.namespace ?? ""))) &&
        (ports === undefined || ports.some((port) => isPort(port, connection))),
    );
  });
}

function isPeer(peer: INetworkPolicyPeer, other: Peer, ownNamespace: string): boolean {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if ("address" in other) {
    return (
      ipBlock !== undefined &&
      isInBlock(other.address, ipBlock.cidr) &&
      !(ipBlock.except ?? []).some((block) => isInBlock(other.address, block))
    );
  }
  if (namespaceSelector === undefined && podSelector === undefined) return false;
  const isInNamespace =
    namespaceSelector === undefined
      ? other.namespace === ownNamespace
      : // The API server gives every namespace this label.
        selects(namespaceSelector, { "kubernetes.io/metadata.name": other.namespace });
  return isInNamespace && (podSelector === undefined || selects(podSelector, other.labels));
}

function isPort(rule: INetworkPolicyPort, { port, protocol = "TCP" }: Connection): boolean {
  if ((rule.protocol ?? "TCP") !== protocol) return false;
  const first = rule.port === undefined ? 0 : Number(rule.port);
  return rule.port === undefined || (port >= first && port <= (rule.endPort ?? first));
}

/** A selector of labels; an empty one selects everything. */
export function selects(
  selector:
    | {
        readonly matchLabels?: Labels | undefined;
        readonly matchExpressions?:
          | readonly {
              readonly key: string;
              readonly operator: string;
              readonly values?: readonly string[] | undefined;
            }[]
          | undefined;
      }
    | undefined,
  labels: Labels,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === "In" ? isIn : !isIn;
    })
  );
}

function isInBlock(address: string, block: string): boolean {
  const [network = "", bits = ""] = block.split("/");
  const family = isIPv6(network) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
