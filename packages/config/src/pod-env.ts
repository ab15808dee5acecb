import { z } from "zod";
import { integer, text } from "./env-values.js";

/** Kubernetes' own variables are set in every container; the pod's name and namespace by the downward API. */
export const podShape = {
  /** This pod, whose deletion cost is kept current; unset means that nothing is said to Kubernetes. */
  COLLM_POD_NAME: text("a pod's name").optional(),
  COLLM_POD_NAMESPACE: text("a namespace").optional(),
  KUBERNETES_SERVICE_HOST: text("a host name or address").optional(),
  KUBERNETES_SERVICE_PORT: integer(1, 65_535).default(443),
};
const podObject = z.object(podShape);

/** The pod that a process runs in. */
export interface PodEnv {
  readonly name: string;
  readonly namespace: string;
  /** Absent outside of a cluster. */
  readonly apiHost?: string | undefined;
  readonly apiPort: number;
  /** Folder with `token` and `ca.crt` of the service account. */
  readonly serviceAccountDir: string;
}

/** Where Kubernetes mounts what a pod's service account needs. */
const serviceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount";

export function podOf(
  env: z.infer<typeof podObject>,
  context: z.RefinementCtx,
): { readonly pod?: PodEnv } {
  const { COLLM_POD_NAME: name, COLLM_POD_NAMESPACE: namespace } = env;
  if (name === undefined && namespace === undefined) return {};
  if (name !== undefined && namespace !== undefined) {
    const { KUBERNETES_SERVICE_HOST: apiHost, KUBERNETES_SERVICE_PORT: apiPort } = env;
    return { pod: { name, namespace, apiHost, apiPort, serviceAccountDir } };
  }
  context.addIssue({
    code: "custom",
    path: [name === undefined ? "COLLM_POD_NAME" : "COLLM_POD_NAMESPACE"],
    message: "set together with COLLM_POD_NAME and COLLM_POD_NAMESPACE, or neither",
  });
  return z.NEVER;
}
