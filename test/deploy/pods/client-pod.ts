import type { Workload } from "../manifest.js";

/** Where a client's pod keeps its files; nothing else can be written. */
export const clientFolder = "/tmp";

const tlsVariables = [
  { name: "COLLM_TLS_CERT_FILE", value: "/etc/collm/tls/tls.crt" },
  { name: "COLLM_TLS_KEY_FILE", value: "/etc/collm/tls/tls.key" },
  { name: "COLLM_TLS_CA_FILE", value: "/etc/collm/tls/ca.crt" },
];

/** A pod of the network policies' `component: client`, in which a user runs `collm` with own certificates. */
export function clientPod(
  args: readonly string[],
  {
    secretName = "operator-tls",
    isEncrypted = true,
  }: { readonly secretName?: string; readonly isEncrypted?: boolean } = {},
): Workload {
  const name = "client";
  const labels = { "app.kubernetes.io/component": "client" };
  const pod: Workload["pod"] = {
    securityContext: { runAsUser: 10_001 },
    containers: [
      {
        name,
        image: "collm-nas/cli:0.1.0",
        command: ["node", "packages/cli/dist/main.js", ...args],
        workingDir: "/app",
        env: [
          { name: "COLLM_HOME", value: `${clientFolder}/home` },
          ...(isEncrypted ? tlsVariables : []),
        ],
        volumeMounts: [
          { name: "tls", mountPath: "/etc/collm/tls", readOnly: true },
          { name: "tmp", mountPath: clientFolder },
        ],
      },
    ],
    volumes: [
      { name: "tls", secret: { secretName } },
      { name: "tmp", emptyDir: {} },
    ],
  };
  const manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "collm", labels },
    spec: pod,
  };
  return { manifest, replicas: 1, selector: labels, podLabels: labels, pod };
}
