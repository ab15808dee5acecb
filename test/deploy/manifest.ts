import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { parseAllDocuments } from "yaml";

export type Labels = Readonly<Record<string, string>>;

/** Any object of a rendered overlay; who looks inside says which kind it expects. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
  };
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

/** A Deployment or StatefulSet and the pods that it makes. */
export interface Workload {
  readonly manifest: Manifest;
  readonly replicas: number;
  readonly selector: Labels;
  readonly podLabels: Labels;
  readonly pod: IPodSpec;
}

/** Objects of a YAML text with several documents. */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** `Deployment/navigator`, for messages. */
export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

export function ofKind(manifests: readonly Manifest[], kind: string): readonly Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

export function workloadsOf(manifests: readonly Manifest[]): readonly Workload[] {
  const makers = manifests.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  return makers.map((manifest) => {
    const spec = manifest.spec as {
      readonly replicas?: number;
      readonly selector: { readonly matchLabels: Labels };
      readonly template: {
        readonly metadata: { readonly labels: Labels };
        readonly spec: IPodSpec;
      };
    };
    return {
      manifest,
      replicas: spec.replicas ?? 1,
      selector: spec.selector.matchLabels,
      podLabels: spec.template.metadata.labels,
      pod: spec.template.spec,
    };
  });
}

/** Whether labels have everything that a selector of plain labels asks for. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
