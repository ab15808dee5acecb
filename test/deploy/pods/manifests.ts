/** A Kubernetes object as it stands in a rendered manifest; what is read of it is typed below. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

/** A Deployment or StatefulSet. */
export interface Workload extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template: PodTemplate;
    /** StatefulSet: a volume of each for every pod. */
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly securityContext?: { readonly runAsUser?: number };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly workingDir?: string;
  readonly env?: readonly EnvVariable[];
  readonly envFrom?: readonly EnvSource[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly securityContext?: {
    readonly readOnlyRootFilesystem?: boolean;
    readonly runAsUser?: number;
  };
}

export interface EnvVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly configMapKeyRef?: KeyReference;
    readonly secretKeyRef?: KeyReference;
  };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

interface EnvSource {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
  readonly secretRef?: { readonly name: string; readonly optional?: boolean };
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

interface FileItem {
  readonly key: string;
  readonly path: string;
}

export interface FileSource {
  readonly configMap?: {
    readonly name: string;
    readonly items?: readonly FileItem[];
    readonly optional?: boolean;
  };
  readonly secret?: {
    /** In a volume ... */
    readonly secretName?: string;
    /** ... and in a part of a projected one. */
    readonly name?: string;
    readonly items?: readonly FileItem[];
    readonly optional?: boolean;
  };
}

export interface Volume extends FileSource {
  readonly name: string;
  readonly projected?: { readonly sources: readonly FileSource[] };
  readonly emptyDir?: object;
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

export interface Probe {
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly httpGet?: { readonly path: string; readonly port: number | string };
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

/** Rendered objects, and those that a user brings (secrets). */
export class Manifests {
  readonly #objects: readonly KubernetesObject[];

  constructor(objects: readonly KubernetesObject[]) {
    this.#objects = objects;
  }

  /** Deployments and StatefulSets, those that others need first first. */
  get workloads(): readonly Workload[] {
    const kinds = ["StatefulSet", "Deployment"];
    return this.#objects
      .filter(({ kind }) => kinds.includes(kind))
      .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind)) as readonly Workload[];
  }

  workload(name: string): Workload {
    const found = this.workloads.find(({ metadata }) => metadata.name === name);
    if (!found) throw new Error(`no Deployment or StatefulSet ${name}`);
    return found;
  }

  /** Names of the Services that choose pods with these labels. */
  servicesOf(labels: Readonly<Record<string, string>>): readonly string[] {
    return this.#objects
      .filter(({ kind }) => kind === "Service")
      .filter(({ spec }) => {
        const { selector = {} } = spec as { selector?: Record<string, string> };
        return Object.entries(selector).every(([key, value]) => labels[key] === value);
      })
      .map(({ metadata }) => metadata.name);
  }

  /** Contents of a ConfigMap or Secret; undefined where there is none of that name. */
  contentsOf(
    kind: "ConfigMap" | "Secret",
    name: string,
  ): Readonly<Record<string, string>> | undefined {
    const found = this.#objects.find((one) => one.kind === kind && one.metadata.name === name);
    if (!found) return undefined;
    const decode = (text: string) =>
      kind === "Secret" ? Buffer.from(text, "base64").toString("utf8") : text;
    const data = Object.entries(found.data ?? {}).map(([key, text]) => [key, decode(text)]);
    return { ...Object.fromEntries(data), ...found.stringData };
  }

  /** The same with another ConfigMap in the place of one of its name. */
  withConfigMap(name: string, data: Readonly<Record<string, string>>): Manifests {
    return new Manifests(
      this.#objects.map((one) =>
        one.kind === "ConfigMap" && one.metadata.name === name ? { ...one, data } : one,
      ),
    );
  }
}
