import type { IContainer } from "kubernetes-models/v1/Container";
import { type Manifest, titleOf, type Workload, workloadsOf } from "./manifest.js";

/** The one workload whose pods talk to the Kubernetes API. */
const mayHaveToken = "evaluator";

/**
 * What is wrong with how pods are run: privileges, images without a version, probes, requests and limits.
 */
export function podProblems(manifests: readonly Manifest[]): readonly string[] {
  return workloadsOf(manifests).flatMap((workload) => {
    const title = titleOf(workload.manifest);
    const { initContainers = [], containers } = workload.pod;
    return [
      ...problemsOfPod(workload),
      ...[...initContainers, ...containers].flatMap((container) =>
        problemsOfContainer(container).map((problem) => `container ${container.name}: ${problem}`),
      ),
      ...containers.flatMap((container) =>
        missingProbes(workload, container).map(
          (probe) => `container ${container.name}: has no ${probe}`,
        ),
      ),
    ].map((problem) => `${title}: ${problem}`);
  });
}

function problemsOfPod({ manifest, pod }: Workload): readonly string[] {
  const { securityContext: security } = pod;
  const isToken = pod.automountServiceAccountToken !== false;
  const hostVolume = pod.volumes?.find(({ hostPath }) => hostPath !== undefined);
  return [
    security?.runAsNonRoot !== true && "may run as root",
    !((security?.runAsUser ?? 0) >= 1_000) && "runs as a user of the system",
    security?.seccompProfile?.type !== "RuntimeDefault" && "has no seccomp profile RuntimeDefault",
    (pod.hostNetwork || pod.hostPID || pod.hostIPC) && "shares a namespace of its node",
    hostVolume && `mounts ${hostVolume.hostPath?.path} of its node`,
    pod.enableServiceLinks !== false && "gets variables for every Service of its namespace",
    isToken && manifest.metadata.name !== mayHaveToken && "has a token of the Kubernetes API",
    pod.serviceAccountName === undefined && "runs as the default ServiceAccount",
    pod.priorityClassName === undefined && "has no priority class",
    pod.terminationGracePeriodSeconds === undefined && "has no grace period of its own",
  ].filter((problem) => typeof problem === "string");
}

function problemsOfContainer(container: IContainer): readonly string[] {
  const { image = "", securityContext: security, resources } = container;
  const { drop = [], add = [] } = security?.capabilities ?? {};
  const bounds = (["requests", "limits"] as const).flatMap((kind) =>
    ["cpu", "memory"].map(
      (resource) => resources?.[kind]?.[resource] === undefined && `${kind} no ${resource}`,
    ),
  );
  return [
    !isPinned(image) &&
      `image "${image}" has no version, allowed are a tag but latest, or a digest`,
    security?.allowPrivilegeEscalation !== false && "may gain privileges",
    security?.privileged === true && "is privileged",
    security?.readOnlyRootFilesystem !== true && "may write to its root file system",
    !(drop.includes("ALL") && add.length === 0) && "keeps capabilities",
    ...bounds,
  ].filter((problem) => typeof problem === "string");
}

/** The client's pod listens nowhere and only waits for `kubectl exec`: it needs none. */
function missingProbes({ podLabels }: Workload, container: IContainer): readonly string[] {
  if (podLabels["app.kubernetes.io/component"] === "client") return [];
  const probes = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
  return probes.filter((probe) => container[probe] === undefined);
}

/** A digest, or a tag with a digit in it: `latest`, `main` and `alpine` mean another image tomorrow. */
function isPinned(image: string): boolean {
  const tag = /:([\w][\w.-]*)$/.exec(image)?.[1];
  return /@sha256:[0-9a-f]{64}$/.test(image) || (tag !== undefined && /^v?\d+\.\d+/.test(tag));
}
