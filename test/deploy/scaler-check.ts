import { streamNames } from "@collm/events";
import { type Manifest, ofKind, titleOf, workloadsOf } from "./manifest.js";

/** What KEDA's `nats-jetstream` knows; the schema lets any key through, and a wrong one scales nothing. */
const wanted = [
  "account",
  "activationLagThreshold",
  "consumer",
  "lagThreshold",
  "natsServerMonitoringEndpoint",
  "stream",
];

interface ScaledObject {
  readonly scaleTargetRef: { readonly name: string };
  readonly maxReplicaCount?: number;
  readonly triggers: readonly {
    readonly type: string;
    readonly metadata: Readonly<Record<string, string>>;
  }[];
}

/**
 * Where a ScaledObject looks for work must be where its target takes it from: the stream, the consumer
 * of the pods' pool, the account of NATS and its monitoring page. A consumer that is not there makes
 * KEDA scale to the maximum.
 */
export function scalerProblems(manifests: readonly Manifest[]): readonly string[] {
  return ofKind(manifests, "ScaledObject").flatMap((manifest) => {
    const { scaleTargetRef, maxReplicaCount, triggers } = manifest.spec as ScaledObject;
    const target = workloadsOf(manifests).find(
      ({ manifest: { metadata } }) => metadata.name === scaleTargetRef.name,
    );
    const pool = target?.podLabels["collm-nas/pool"];
    return [
      ...(maxReplicaCount === undefined ? ["has no maxReplicaCount"] : []),
      ...triggers.flatMap(({ type, metadata }) =>
        type === "nats-jetstream"
          ? triggerProblems(manifests, metadata, pool)
          : [`a trigger of type ${type}, allowed is nats-jetstream`],
      ),
    ].map((problem) => `${titleOf(manifest)}: ${problem}`);
  });
}

function triggerProblems(
  manifests: readonly Manifest[],
  metadata: Readonly<Record<string, string>>,
  pool: string | undefined,
): readonly string[] {
  const { account, consumer, stream, natsServerMonitoringEndpoint: endpoint = "" } = metadata;
  const provisioned = textsOf(manifests, "COLLM_POOLS").flatMap((text) => text.split(","));
  const accounts = textsOf(manifests, "accounts.conf");
  const [host = "", port] = endpoint.split(":");
  const service = ofKind(manifests, "Service").find(
    ({ metadata: { name, namespace } }) => host === `${name}.${namespace}.svc.cluster.local`,
  );
  const { ports = [], clusterIP } = (service?.spec ?? {}) as {
    readonly ports?: readonly { readonly port: number }[];
    readonly clusterIP?: string;
  };
  const keys = Object.keys(metadata).sort();
  return [
    keys.join() !== wanted.join() && `its trigger has ${keys}, allowed are ${wanted}`,
    stream !== streamNames.work && `stream ${stream}, but work is in ${streamNames.work}`,
    consumer !== `evaluators-${pool}` && `consumer ${consumer}, but its pods are of pool ${pool}`,
    !provisioned.includes(pool ?? "") && `no coordinator makes the consumer of pool ${pool}`,
    !accounts.some((text) => text.includes(`\n  ${account} {\n`)) &&
      `account ${account} is not in accounts.conf`,
    !(clusterIP === "None" && ports.some((one) => String(one.port) === port)) &&
      `no headless Service is ${endpoint}`,
  ].filter((problem) => typeof problem === "string");
}

/** The values of a key in all ConfigMaps. */
function textsOf(manifests: readonly Manifest[], key: string): readonly string[] {
  return ofKind(manifests, "ConfigMap").flatMap((manifest) => {
    const { data = {} } = manifest as Manifest & { readonly data?: Record<string, string> };
    return data[key] ?? [];
  });
}
