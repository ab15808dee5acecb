import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { writeKubernetesSecrets } from "./kubernetes-secrets.js";

// What kustomize makes of it, and that it is what the manifests want: test/deploy/overlays.test.ts.
it("writeKubernetesSecrets makes passwords once, for their owner alone, and names every file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "collm-secrets-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const read = (name: string) => readFile(join(folder, name), "utf8");
  await writeKubernetesSecrets(folder, "nas");
  const password = await read("nats-users/evaluator/password");
  expect(password).toMatch(/^p[0-9a-f]{48}$/);
  expect(await read("nats-users/coordinator/password")).not.toBe(password);
  expect(await read("nats-users/evaluator/user")).toBe("evaluator");
  expect((await stat(join(folder, "nats-users/evaluator/password"))).mode & 0o077).toBe(0);
  await writeKubernetesSecrets(folder, "nas");
  expect(await read("nats-users/evaluator/password")).toBe(password);
  const [all, users] = await Promise.all(
    ["kustomization.yaml", "nats-users/kustomization.yaml"].map(async (name) =>
      parse(await read(name)),
    ),
  );
  expect(all).toMatchObject({ namespace: "nas", resources: ["nats-users"] });
  expect(all.secretGenerator).toContainEqual({
    name: "operator-tls",
    type: "kubernetes.io/tls",
    files: ["operator/tls.crt", "operator/tls.key", "operator/ca.crt"],
  });
  expect(users.secretGenerator.map(({ name }: { name: string }) => name)).toEqual([
    "coordinator-nats",
    "evaluator-nats",
    "operator-nats",
  ]);
});
