import type { Workload } from "../manifest.js";

/** Where a client's pod keeps its files; nothing else can be written. */
export const clientFolder = "/tmp";

/**
 * The pod of the component `client` with a command in the place of its waiting, as `kubectl exec` runs one
 * in it.
 *
 * @param shipped as an overlay renders it
 */
export function clientPod(
  shipped: Workload,
  args: readonly string[],
  {
    secretName = "operator-tls",
    isEncrypted = true,
  }: { readonly secretName?: string; readonly isEncrypted?: boolean } = {},
): Workload {
  const [container] = shipped.pod.containers;
  if (!container) throw new Error("the client's pod has no container");
  const env = (container.env ?? []).filter(
    ({ name }) => isEncrypted || !name.startsWith("COLLM_TLS_"),
  );
  const command = ["node", "packages/cli/dist/main.js", ...args];
  const volumes = (shipped.pod.volumes ?? []).map((volume) =>
    volume.name === "tls" ? { ...volume, secret: { secretName } } : volume,
  );
  return {
    ...shipped,
    pod: { ...shipped.pod, containers: [{ ...container, command, env }], volumes },
  };
}
