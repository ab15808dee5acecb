import type { IServicePort } from "kubernetes-models/v1/ServicePort";
import {
  hasLabels,
  type Labels,
  type Manifest,
  ofKind,
  titleOf,
  type Workload,
  workloadsOf,
} from "./manifest.js";
import { selects } from "./network.js";

/** Label of every object of this project. */
const partOf = "app.kubernetes.io/part-of";

/** Pods that users may start; policies name them though no workload makes them. */
const clientLabels = { "app.kubernetes.io/component": "client", [partOf]: "collm-nas" };

type LabelSelector = { readonly matchLabels?: Labels };

/**
 * What names something that is not there: selectors without pods, ports without a listener, accounts,
 * claims and classes that nobody makes.
 */
export function referenceProblems(manifests: readonly Manifest[]): readonly string[] {
  const workloads = workloadsOf(manifests);
  return manifests.flatMap((manifest) =>
    [
      ...labelProblems(manifest),
      ...(checks[manifest.kind]?.(manifest, workloads, manifests) ?? []),
    ].map((problem) => `${titleOf(manifest)}: ${problem}`),
  );
}

type Check = (
  manifest: Manifest,
  workloads: readonly Workload[],
  manifests: readonly Manifest[],
) => readonly string[];

const checks: Readonly<Record<string, Check>> = {
  Deployment: ownProblems,
  StatefulSet: ownProblems,
  Service: ({ spec }, workloads) => {
    const { selector, ports } = spec as {
      readonly selector: Labels;
      readonly ports: readonly IServicePort[];
    };
    const selected = workloads.filter(({ podLabels }) => hasLabels(podLabels, selector));
    if (selected.length === 0) return ["selects no pods"];
    const listened = selected.flatMap(({ pod }) =>
      pod.containers.flatMap(({ ports = [] }) => ports),
    );
    return ports
      .filter(({ port, targetPort = port }) =>
        listened.every((one) => one.name !== targetPort && one.containerPort !== targetPort),
      )
      .map(({ port, targetPort = port }) => `no selected pod has the port ${targetPort}`);
  },
  PodDisruptionBudget: selectsSomePod((spec) => (spec as { selector: LabelSelector }).selector),
  NetworkPolicy: selectsSomePod((spec) => (spec as { podSelector: LabelSelector }).podSelector),
  PodMonitor: (manifest, workloads) => {
    const { selector, podMetricsEndpoints } = manifest.spec as {
      readonly selector: LabelSelector;
      readonly podMetricsEndpoints: readonly { readonly port: string }[];
    };
    const selected = workloads.filter(({ podLabels }) => selects(selector, podLabels));
    const named = selected.map(({ pod }) =>
      pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name)),
    );
    const absent = podMetricsEndpoints.filter(
      ({ port }) => !named.every((of) => of.includes(port)),
    );
    return [
      ...(selected.length === 0 ? ["selects no pods"] : []),
      ...absent.map(({ port }) => `not every selected pod has the port ${port}`),
    ];
  },
  RoleBinding: ({ spec: _, ...binding }, __, manifests) => {
    const { roleRef, subjects } = binding as unknown as {
      readonly roleRef: { readonly kind: string; readonly name: string };
      readonly subjects: readonly { readonly kind: string; readonly name: string }[];
    };
    return [roleRef, ...subjects].flatMap(({ kind, name }) => missing(manifests, kind, name));
  },
  ScaledObject: ({ spec }, _, manifests) => {
    const { scaleTargetRef } = spec as {
      readonly scaleTargetRef: { readonly kind?: string; readonly name: string };
    };
    const { kind = "Deployment", name } = scaleTargetRef;
    const target = ofKind(manifests, kind).find(({ metadata }) => metadata.name === name);
    if (target === undefined) return missing(manifests, kind, name);
    // Each `kubectl apply` would otherwise undo what the autoscaler did.
    return "replicas" in (target.spec as object)
      ? [`${titleOf(target)} has replicas of its own`]
      : [];
  },
  Certificate: ({ spec }, _, manifests) => {
    const { issuerRef } = spec as {
      readonly issuerRef: { readonly kind: string; readonly name: string };
    };
    return missing(manifests, issuerRef.kind, issuerRef.name);
  },
};

function ownProblems(
  manifest: Manifest,
  workloads: readonly Workload[],
  manifests: readonly Manifest[],
): readonly string[] {
  const own = workloads.find((workload) => workload.manifest === manifest);
  if (own === undefined) return [];
  const { pod, podLabels, selector } = own;
  const others = workloads.filter((other) => other !== own && hasLabels(other.podLabels, selector));
  const spread = pod.topologySpreadConstraints ?? [];
  const claims = (pod.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim ?? []);
  return [
    ...(hasLabels(podLabels, selector) ? [] : ["its selector does not select its own pods"]),
    ...others.map((other) => `its selector selects pods of ${titleOf(other.manifest)}`),
    ...spread
      .filter(({ labelSelector }) => !selects(labelSelector, podLabels))
      .map(({ topologyKey }) => `what it spreads over ${topologyKey} are not its own pods`),
    ...claims.flatMap(({ claimName }) => missing(manifests, "PersistentVolumeClaim", claimName)),
    ...missing(manifests, "ServiceAccount", pod.serviceAccountName),
    ...missing(manifests, "PriorityClass", pod.priorityClassName),
  ];
}

function selectsSomePod(selectorOf: (spec: unknown) => LabelSelector): Check {
  return ({ spec }, workloads) => {
    const selector = selectorOf(spec);
    const labels = [clientLabels, ...workloads.map(({ podLabels }) => podLabels)];
    return labels.some((one) => selects(selector, one)) ? [] : ["selects no pods"];
  };
}

function missing(
  manifests: readonly Manifest[],
  kind: string,
  name: string | undefined,
): readonly string[] {
  const isThere =
    name === undefined || ofKind(manifests, kind).some(({ metadata }) => metadata.name === name);
  return isThere ? [] : [`${kind} ${name} does not exist`];
}

function labelProblems({ metadata }: Manifest): readonly string[] {
  const label = metadata.labels?.[partOf];
  return label === "collm-nas" ? [] : [`has no label ${partOf}: collm-nas`];
}
