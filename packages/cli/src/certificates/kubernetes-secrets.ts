import { randomBytes } from "node:crypto";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withFile } from "@collm/errors";
import { stringify } from "yaml";
import { certificateNames } from "./make-certificates.js";

/** Who NATS knows: the users of deploy/nats/accounts.conf. */
const natsUsers = ["coordinator", "evaluator", "operator"] as const;

/** Folder of the users of NATS inside that of the certificates, a kustomization of its own. */
const usersFolder = "nats-users";

/**
 * Makes of a folder of `makeCertificates` a kustomization that makes the Secrets which the manifests of
 * deploy/kustomize want: `<name>-tls` of each certificate, and of each user of NATS `<user>-nats` with its
 * name and a random password. These lie in `nats-users`, which can be applied alone where somebody else
 * makes the certificates. Passwords that are there already are kept.
 *
 * @throws CollmError if a file cannot be written
 */
export async function writeKubernetesSecrets(directory: string, namespace: string): Promise<void> {
  const users = join(directory, usersFolder);
  for (const user of natsUsers) await writeUser(join(users, user), user);
  await writeKustomization(users, {
    ...secretSettings(namespace),
    secretGenerator: natsUsers.map((user) => ({
      name: `${user}-nats`,
      files: [`${user}/user`, `${user}/password`],
    })),
  });
  await writeKustomization(directory, {
    ...secretSettings(namespace),
    resources: [usersFolder],
    secretGenerator: certificateNames.map((name) => ({
      name: `${name}-tls`,
      type: "kubernetes.io/tls",
      files: ["tls.crt", "tls.key", "ca.crt"].map((file) => `${name}/${file}`),
    })),
  });
}

async function writeUser(folder: string, user: string): Promise<void> {
  await withFile("--to", folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  await writeSecret(join(folder, "user"), user);
  const file = join(folder, "password");
  const isThere = await stat(file).then(
    ({ size }) => size > 0,
    () => false,
  );
  // NATS would read one that begins with a digit as a number.
  if (!isThere) await writeSecret(file, `p${randomBytes(24).toString("hex")}`);
}

/** What both kustomizations say: the manifests name Secrets as they are, without a hash of their content. */
const secretSettings = (namespace: string) => ({
  apiVersion: "kustomize.config.k8s.io/v1beta1",
  kind: "Kustomization",
  namespace,
  generatorOptions: {
    disableNameSuffixHash: true,
    labels: { "app.kubernetes.io/part-of": "collm-nas" },
  },
});

async function writeKustomization(folder: string, content: object): Promise<void> {
  const file = join(folder, "kustomization.yaml");
  await withFile("--to", file, () => writeFile(file, stringify(content)));
}

async function writeSecret(file: string, text: string): Promise<void> {
  await withFile("--to", file, () => writeFile(file, text, { mode: 0o600 }));
}
