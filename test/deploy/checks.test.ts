import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { filesFrom } from "./container-process.js";
import { fetchProblems } from "./fetch-check.js";
import { type Manifest, parseManifests } from "./manifest.js";
import { isAllowed } from "./network.js";
import { podProblems } from "./pod-check.js";
import { referenceProblems } from "./reference-check.js";
import { scalerProblems } from "./scaler-check.js";
import { schemaProblems } from "./schema-check.js";
import { serviceProblems } from "./service-check.js";

const sound = readFileSync(new URL("sound.yaml", import.meta.url), "utf8");

/** The sound rendering with one text in it replaced. */
function broken(text: string, replacement: string): readonly Manifest[] {
  if (!sound.includes(text)) throw new Error(`sound.yaml has no "${text}"`);
  return parseManifests(sound.replace(text, replacement));
}

/** Everything that the checks find. */
async function problemsOf(manifests: readonly Manifest[]): Promise<readonly string[]> {
  return [
    ...(await schemaProblems(manifests)),
    ...podProblems(manifests),
    ...referenceProblems(manifests),
    ...scalerProblems(manifests),
    ...serviceProblems(manifests, filesFrom(manifests)),
    ...fetchProblems(manifests, filesFrom(manifests)),
  ];
}

describe("the checks of manifests", () => {
  it("find nothing in a sound rendering", async () => {
    expect(await problemsOf(parseManifests(sound))).toEqual([]);
  });

  it.each([
    ["readinessProbe:", "readynessProbe:", "containers[0].readynessProbe is no field of this kind"],
    ["revisionHistoryLimit: 2", 'revisionHistoryLimit: "2"', "must be integer"],
    ["kind: PodDisruptionBudget", "kind: PodDisruptionBudgets", "there is no kind PodDisrup"],
    ["maxUnavailable: 1", "maxUnavailable: 1\n  minReady: 1", "spec.minReady is no field"],
    ["type: RuntimeDefault", "type: Unconfined", "has no seccomp profile RuntimeDefault"],
    ["runAsNonRoot: true", "runAsNonRoot: false", "may run as root"],
    ["runAsUser: 10001", "runAsUser: 0", "runs as a user of the system"],
    ["navigator:0.1.0", "navigator:latest", 'image "collm-nas/navigator:latest" has no version'],
    ["navigator:0.1.0", "navigator", 'image "collm-nas/navigator" has no version'],
    ["navigator:0.1.0", "generator:0.1.0", "allowed is collm-nas/navigator:0.1.0"],
    ["drop: [ALL]", "drop: [ALL], add: [NET_RAW]", "keeps capabilities"],
    ["readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write to its root"],
    ["livenessProbe: { grpc: { port: 7090 } }", "", "has no livenessProbe"],
    ['limits: { cpu: "1",', "limits: {", "limits no cpu"],
    [
      "name: keys, secret: { secretName: keys, optional: true }",
      "name: keys, hostPath: { path: /etc }",
      "mounts /etc of its node",
    ],
    ["      automountServiceAccountToken: false\n", "", "has a token of the Kubernetes API"],
    [
      "template:\n    metadata: { labels: { app.kubernetes.io/name: navigator",
      "template:\n    metadata: { labels: { app.kubernetes.io/name: nav",
      "its selector does not select its own pods",
    ],
    [
      "selector: { app.kubernetes.io/name: navigator }",
      "selector: { app: navigator }",
      "Service/navigator: selects no pods",
    ],
    ["targetPort: grpc", "targetPort: http", "no selected pod has the port http"],
    [
      "serviceAccountName: navigator",
      "serviceAccountName: nobody",
      "ServiceAccount nobody does not exist",
    ],
    [
      "priorityClassName: collm-service",
      "priorityClassName: high",
      "PriorityClass high does not exist",
    ],
    [
      "podSelector: { matchLabels: { app.kubernetes.io/name: navigator",
      "podSelector: { matchLabels: { app.kubernetes.io/name: nobody",
      "NetworkPolicy/navigator: selects no pods",
    ],
    [
      "configMapRef: { name: common }",
      "configMapRef: { name: commons }",
      "ConfigMap commons does not exist",
    ],
    ["secretName: keys, optional: true", "secretName: keys", "Secret keys does not exist"],
    ["COLLM_LOG_LEVEL: info", "COLLM_LOG_LEVLE: info", "no navigator reads COLLM_LOG_LEVLE"],
    [
      "COLLM_NAVIGATOR_MODEL: m",
      "COLLM_NAVIGATOR_MODEL: m, COLLM_NAVIGATOR_TEMP: '1'",
      "no navigator reads COLLM_NAVIGATOR_TEMP",
    ],
    [
      "COLLM_NAVIGATOR_BACKEND: vllm",
      "COLLM_NAVIGATOR_BACKEND: vlm",
      'COLLM_NAVIGATOR_BACKEND: got "vlm", allowed is one of',
    ],
    ['COLLM_DRAIN_MS: "20000"', 'COLLM_DRAIN_MS: "20 s"', 'COLLM_DRAIN_MS: got "20 s"'],
    [
      'COLLM_DRAIN_MS: "20000"',
      'COLLM_DRAIN_MS: "40000"',
      "the grace period is 60 s, allowed is 90 s or more",
    ],
    [
      "containerPort: 9464",
      "containerPort: 9463",
      "port metrics is 9463, but COLLM_METRICS_PORT is 9464",
    ],
    [
      "startupProbe: { grpc: { port: 7090",
      "startupProbe: { grpc: { port: 7001",
      "a probe asks port 7001",
    ],
    [
      "http://navigator:7001/v1",
      "http://vllm:8000/v1",
      "COLLM_NAVIGATOR_BASE_URL names vllm:8000, which no Service is",
    ],
    [
      "COLLM_NAVIGATOR_MODEL: m",
      "COLLM_NAVIGATOR_MODEL: m, COLLM_NAVIGATOR_API_KEY_FILE: /etc/collm/keys/key",
      "COLLM_NAVIGATOR_API_KEY_FILE names /etc/collm/keys/key, which is not mounted",
    ],
    ["mountPath: /etc/collm/role }", "mountPath: /etc/collm/role, subPath: a }", "is a subPath"],
    ["maxReplicaCount: 4", "maxReplicas: 4", "spec.maxReplicas is no field of this kind"],
    ["  maxReplicaCount: 4\n", "", "ScaledObject/navigator: has no maxReplicaCount"],
    ["revisionHistoryLimit: 2", "replicas: 2", "Deployment/navigator has replicas of its own"],
    ["lagThreshold:", "lagTreshold:", "its trigger has"],
    ["consumer: evaluators-default", "consumer: evaluators-gpu", "its pods are of pool default"],
    ["COLLM_POOLS: default", "COLLM_POOLS: gpu", "no coordinator makes the consumer"],
    ["stream: COLLM_WORK", "stream: WORK", "stream WORK, but work is in COLLM_WORK"],
    ["account: COLLM", "account: $G", "account $G is not in accounts.conf"],
    ["cluster.local:7001", "cluster.local:8222", "no headless Service is navigator.collm.svc"],
    ["dnsNames:", "dnsName:", "spec.dnsName is no field of this kind"],
    ["issuerRef: { name: collm", "issuerRef: { name: ca", "Issuer ca does not exist"],
    ["sha256: 9f86", "sha256: xf86", "a/supernet.yaml is listed without"],
    ["path: a/supernet.yaml", "path: b/supernet.yaml", "nobody fetches /var/lib/a/supernet.yaml"],
    ["port: metrics }", "port: metric }", "not every selected pod has the port metric"],
    [
      "kind: PriorityClass\nmetadata: { name: collm-service, labels: { app.kubernetes.io/part-of: collm-nas } }",
      "kind: PriorityClass\nmetadata: { name: collm-service }",
      "has no label app.kubernetes.io/part-of",
    ],
  ])("find out about %j as %j", async (text, replacement, problem) => {
    expect((await problemsOf(broken(text, replacement))).join("\n")).toContain(problem);
  });
});

describe("isAllowed", () => {
  const manifests = parseManifests(sound);
  const pod = (name: string, namespace = "collm") => ({
    namespace,
    labels: { "app.kubernetes.io/name": name },
  });
  const navigator = pod("navigator");

  it.each([
    ["from the coordinator", pod("coordinator"), navigator, 7001, true],
    ["to another port", pod("coordinator"), navigator, 9464, false],
    ["from somebody else", pod("evaluator"), navigator, 7001, false],
    ["from another namespace", pod("coordinator", "other"), navigator, 7001, false],
    ["to the Internet", navigator, { address: "203.0.113.7" }, 443, true],
    ["to an excepted block", navigator, { address: "10.1.2.3" }, 443, false],
    ["to a pod that no rule names", navigator, pod("coordinator"), 7000, false],
    ["between pods that no policy selects", pod("a"), pod("b"), 1, true],
  ])("decides about connections %s", (_, from, to, port, expected) => {
    expect(isAllowed(manifests, { from, to, port })).toBe(expected);
  });
});
