import type { IContainer } from "kubernetes-models/v1/Container";
import type { IVolume } from "kubernetes-models/v1/Volume";
import { type Manifest, ofKind, titleOf, type Workload } from "./manifest.js";

/** What kubelet would start: one container of a pod, with everything that it is given resolved. */
export interface ContainerProcess {
  /** `Deployment/navigator, container navigator`, for messages. */
  readonly title: string;
  /** Of the container. */
  readonly name: string;
  /** Pods of the workload. */
  readonly replicas: number;
  readonly command: readonly string[];
  readonly workingDirectory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Ports by name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly container: IContainer;
  /** Texts of mounted files by path in the container. */
  readonly files: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  /** What is missing or cannot be resolved. */
  readonly problems: readonly string[];
}

/** A folder of a container that is not its image's. */
export interface Mount {
  readonly path: string;
  readonly isWritable: boolean;
  /** Whether `files` has everything in it; not so of claims, empty folders and optional Secrets. */
  readonly isKnown: boolean;
}

/** Files of a Secret or ConfigMap by name; undefined where there is none. */
export type FileSource = (
  kind: "ConfigMap" | "Secret",
  name: string,
) => Readonly<Record<string, string>> | undefined;

/** The ConfigMaps and Secrets among the manifests, and the Secrets that cert-manager is asked for. */
export function filesFrom(manifests: readonly Manifest[]): FileSource {
  const requested = ofKind(manifests, "Certificate").map(
    ({ spec }) => (spec as { readonly secretName: string }).secretName,
  );
  return (kind, name) => {
    const found = ofKind(manifests, kind).find(({ metadata }) => metadata.name === name);
    if (found === undefined) {
      const isRequested = kind === "Secret" && requested.includes(name);
      return isRequested ? { "tls.crt": "", "tls.key": "", "ca.crt": "" } : undefined;
    }
    const { data, stringData } = found as Manifest & {
      readonly data?: Readonly<Record<string, string>>;
      readonly stringData?: Readonly<Record<string, string>>;
    };
    if (kind === "ConfigMap") return data ?? {};
    const decoded = Object.entries(data ?? {}).map(([key, text]) => [
      key,
      Buffer.from(text, "base64").toString(),
    ]);
    return { ...Object.fromEntries(decoded), ...stringData };
  };
}

/** What a pod is told of itself. */
export interface PodIdentity {
  readonly name: string;
  readonly ip: string;
}

/** The containers of one of a workload's pods, by default the first; init containers first. */
export function processesOf(
  workload: Workload,
  filesOf: FileSource,
  identity: PodIdentity = { name: `${workload.manifest.metadata.name}-0`, ip: "10.244.0.7" },
): readonly ContainerProcess[] {
  const { pod } = workload;
  return [...(pod.initContainers ?? []), ...pod.containers].map((container) =>
    resolve(workload, container, filesOf, identity),
  );
}

function resolve(
  workload: Workload,
  container: IContainer,
  filesOf: FileSource,
  identity: PodIdentity,
): ContainerProcess {
  const title = `${titleOf(workload.manifest)}, container ${container.name}`;
  const problems: string[] = [];
  const missing = (what: string) => problems.push(`${title}: ${what} does not exist`);
  const environment = environmentOf(workload, container, filesOf, identity, missing);
  const volumes = new Map((workload.pod.volumes ?? []).map((volume) => [volume.name, volume]));
  const files = new Map<string, string>();
  const mounts: Mount[] = [];
  for (const { name, mountPath, readOnly, subPath } of container.volumeMounts ?? []) {
    const volume = volumes.get(name) ?? claimOf(workload, name);
    if (volume === undefined) {
      missing(`volume ${name}`);
      continue;
    }
    if (subPath) problems.push(`${title}: ${mountPath} is a subPath, which never changes again`);
    const found = filesOfVolume(volume, filesOf, missing);
    for (const [file, text] of found) files.set(`${mountPath}/${file}`, text);
    const isStorage = Boolean(volume.emptyDir || volume.persistentVolumeClaim);
    mounts.push({
      path: mountPath,
      isWritable: isStorage && !readOnly,
      isKnown: found.length > 0,
    });
  }
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  return {
    title,
    name: container.name,
    replicas: workload.replicas,
    command: words.map((word) => expand(word, environment)),
    workingDirectory: container.workingDir,
    environment,
    ports: Object.fromEntries(
      (container.ports ?? []).map(({ name = "", containerPort }) => [name, containerPort]),
    ),
    container,
    files,
    mounts,
    problems,
  };
}

function environmentOf(
  workload: Workload,
  container: IContainer,
  filesOf: FileSource,
  identity: PodIdentity,
  missing: (what: string) => void,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const { configMapRef, secretRef, prefix = "" } of container.envFrom ?? []) {
    const kind = configMapRef ? "ConfigMap" : "Secret";
    const { name = "", optional = false } = configMapRef ?? secretRef ?? {};
    const values = filesOf(kind, name);
    if (values === undefined && !optional) missing(`${kind} ${name}`);
    for (const [key, value] of Object.entries(values ?? {})) environment[prefix + key] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom === undefined) {
      environment[name] = expand(value ?? "", environment);
      continue;
    }
    const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
    const reference = configMapKeyRef ?? secretKeyRef;
    const found = fieldRef
      ? fieldOf(workload, identity, fieldRef.fieldPath)
      : filesOf(configMapKeyRef ? "ConfigMap" : "Secret", reference?.name ?? "")?.[
          reference?.key ?? ""
        ];
    if (found !== undefined) environment[name] = found;
    else if (!reference?.optional) missing(`what ${name} refers to`);
  }
  return environment;
}

/** The downward API. */
function fieldOf(
  { manifest, podLabels }: Workload,
  { name, ip }: PodIdentity,
  path: string,
): string | undefined {
  const label = /^metadata\.labels\['(.+)'\]$/.exec(path)?.[1];
  if (label !== undefined) return podLabels[label];
  if (path === "metadata.name") return name;
  if (path === "status.podIP") return ip;
  return path === "metadata.namespace" ? manifest.metadata.namespace : undefined;
}

/** A StatefulSet's claims are volumes that no list of volumes names. */
function claimOf({ manifest }: Workload, name: string): IVolume | undefined {
  const { volumeClaimTemplates = [] } = manifest.spec as {
    readonly volumeClaimTemplates?: readonly Manifest[];
  };
  const claim = volumeClaimTemplates.find(({ metadata }) => metadata.name === name);
  return claim && { name, persistentVolumeClaim: { claimName: name } };
}

function filesOfVolume(
  volume: IVolume,
  filesOf: FileSource,
  missing: (what: string) => void,
): readonly (readonly [path: string, text: string])[] {
  const { configMap, secret, projected } = volume;
  const sources = projected?.sources ?? [
    { configMap, secret: secret && { ...secret, name: secret.secretName } },
  ];
  return sources.flatMap((source) => {
    const reference = source.configMap ?? source.secret;
    if (reference === undefined) return [];
    const kind = source.configMap ? "ConfigMap" : "Secret";
    const files = filesOf(kind, reference.name ?? "");
    if (files === undefined) {
      if (!reference.optional) missing(`${kind} ${reference.name}`);
      return [];
    }
    if (reference.items === undefined) return Object.entries(files);
    return reference.items.flatMap(({ key, path }) => {
      const text = files[key];
      if (text === undefined) missing(`key ${key} of ${kind} ${reference.name}`);
      return text === undefined ? [] : [[path, text] as const];
    });
  });
}

/** `$(NAME)`, as kubelet reads it; an unknown name stays as it is. */
function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\(([A-Za-z_]\w*)\)/g, (whole, name) => environment[name] ?? whole);
}
