import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesFrom } from "./container-process.js";
import { expectedConnections } from "./expected-connections.js";
import { findKubectl, namesIn, render, renderFolder } from "./kubectl.js";
import type { Manifest } from "./manifest.js";
import { openConnections } from "./open-connections.js";
import { podProblems } from "./pod-check.js";
import { referenceProblems } from "./reference-check.js";
import { schemaProblems } from "./schema-check.js";
import { serviceProblems } from "./service-check.js";

const kubectl = findKubectl() ?? "";

const makeSecrets = fileURLToPath(
  new URL("../../deploy/kustomize/make-secrets.sh", import.meta.url),
);

describe.skipIf(kubectl === "").each(namesIn("overlays"))("the overlay %s", (overlay) => {
  const folder = mkdtempSync(join(tmpdir(), "collm-secrets-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let manifests: readonly Manifest[];
  let secrets: readonly Manifest[];
  beforeAll(() => {
    execFileSync(makeSecrets, [folder]);
    secrets = renderFolder(kubectl, folder);
    manifests = render(kubectl, `overlays/${overlay}`);
  });

  it("has only kinds, fields and values that Kubernetes knows", async () => {
    expect(await schemaProblems(manifests)).toEqual([]);
  });

  it("runs its pods as the policy wants", () => {
    expect(podProblems(manifests)).toEqual([]);
  });

  it("names only what is there", () => {
    expect(referenceProblems([...manifests, ...secrets])).toEqual([]);
  });

  it("starts our programs with what they understand", () => {
    const all = [...manifests, ...secrets];
    expect(serviceProblems(all, filesFrom(all))).toEqual([]);
  });

  it("lets through the connections that its parts make, and no others", () => {
    expect(openConnections(manifests)).toEqual(expectedConnections(overlay));
  });
});
