import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer } from "@collm/events/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { makeSecrets } from "../support/make-secrets.js";
import { issuedNames, requestedNames } from "./certificates.js";
import { filesFrom, processesOf } from "./container-process.js";
import { expectedConnections } from "./expected-connections.js";
import { fetchProblems } from "./fetch-check.js";
import {
  componentsOf,
  findKubectl,
  kustomizeDirectory,
  namesIn,
  render,
  renderFolder,
} from "./kubectl.js";
import { type Manifest, ofKind, workloadsOf } from "./manifest.js";
import { openConnections } from "./open-connections.js";
import { podProblems } from "./pod-check.js";
import { referenceProblems } from "./reference-check.js";
import { scalerProblems } from "./scaler-check.js";
import { schemaProblems } from "./schema-check.js";
import { serviceProblems } from "./service-check.js";

const kubectl = findKubectl() ?? "";

describe.skipIf(kubectl === "")("manifests", () => {
  let folder: string;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const rendered = new Map(
    kubectl === ""
      ? []
      : namesIn("overlays").map((overlay) => [overlay, render(kubectl, `overlays/${overlay}`)]),
  );
  /** What a user brings. */
  let secrets: readonly Manifest[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "collm-secrets-"));
    makeSecrets(folder);
    secrets = renderFolder(kubectl, folder);
  });

  describe.each(namesIn("overlays"))("of the overlay %s", (overlay) => {
    let manifests: readonly Manifest[];
    /** With what the user brings and nobody makes. */
    let all: readonly Manifest[];
    beforeAll(() => {
      manifests = rendered.get(overlay) ?? [];
      const made = requestedNames(manifests);
      all = [...manifests, ...secrets.filter(({ metadata }) => !(metadata.name in made))];
    });

    it("have only kinds, fields and values that Kubernetes knows", async () => {
      expect(await schemaProblems(manifests)).toEqual([]);
    });

    it("run pods as the policy wants", () => {
      expect(podProblems(manifests)).toEqual([]);
    });

    it("name only what is there", () => {
      expect([...referenceProblems(all), ...scalerProblems(all)]).toEqual([]);
    });

    it("start our programs with what they understand", () => {
      const filesOf = filesFrom(all);
      expect([...serviceProblems(all, filesOf), ...fetchProblems(all, filesOf)]).toEqual([]);
    });

    it("let through the connections that their parts make, and no others", () => {
      expect(openConnections(manifests)).toEqual(expectedConnections(overlay));
    });

    it.skipIf(!findNatsServer())("configure NATS so that it starts", () => {
      const nats = workloadsOf(all).find(({ manifest }) => manifest.metadata.name === "nats");
      const [server] = nats ? processesOf(nats, filesFrom([...manifests, ...secrets])) : [];
      if (!server) throw new Error("no container of NATS");
      const root = join(folder, overlay);
      for (const [path, text] of server.files) {
        mkdirSync(join(root, path, ".."), { recursive: true });
        writeFileSync(join(root, path), text.replaceAll(" /etc/", ` ${root}/etc/`));
      }
      const [, ...args] = server.command.map((word) => word.replace(/^\/etc\//, `${root}/etc/`));
      // Only tried; the folder of its data is not made.
      execFileSync(findNatsServer() ?? "", [...args, "-t"], {
        env: { ...server.environment, PATH: process.env.PATH },
        stdio: "pipe",
      });
    });
  });

  it("use every component in some overlay", () => {
    const used = namesIn("overlays").flatMap((overlay) => componentsOf(overlay));
    expect([...new Set(used)].sort()).toEqual([...namesIn("components")].sort());
  });

  it("are described in docs/kubernetes.md: overlays, components and what a user brings", () => {
    const page = readFileSync(new URL("../../docs/kubernetes.md", import.meta.url), "utf8");
    const brought = JSON.stringify([...rendered.values()]).matchAll(
      /"secretName":"([^"]+)"|"secretKeyRef":\{"key":"[^"]+","name":"([^"]+)"/g,
    );
    const secretNames = [...brought].map(([, volume, variable]) => volume ?? variable ?? "");
    // The authority's is cert-manager's own.
    const names = [...namesIn("overlays"), ...namesIn("components"), ...secretNames].filter(
      (name) => name !== "collm-authority",
    );
    expect(secretNames).toContain("coordinator-nats");
    expect([...new Set(names)].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it("alert by the rules that Prometheus has elsewhere", () => {
    const rules = readFileSync(
      new URL("../../deploy/prometheus/rules.yaml", import.meta.url),
      "utf8",
    );
    const [rule] = ofKind(rendered.get("production") ?? [], "PrometheusRule");
    // Otherwise: pnpm generate.
    expect(rule?.spec).toEqual(parse(rules));
  });

  it("hand all dashboards to Grafana", () => {
    const folder = new URL("../../deploy/grafana/dashboards/", import.meta.url);
    const found = filesFrom(rendered.get("production") ?? [])("ConfigMap", "collm-dashboards");
    const files = readdirSync(folder).map((file) => [
      file,
      readFileSync(new URL(file, folder), "utf8"),
    ]);
    expect(found).toEqual(Object.fromEntries(files));
  });

  it("expect secrets that collm certs makes, and renews without a new authority or passwords", () => {
    const textsOf = (manifests: readonly Manifest[]) => {
      const filesOf = filesFrom(manifests);
      return Object.fromEntries(
        manifests.map(({ metadata: { name } }) => [name, filesOf("Secret", name) ?? {}]),
      );
    };
    const before = textsOf(secrets);
    makeSecrets(folder);
    const after = textsOf(renderFolder(kubectl, folder));
    for (const [name, files] of Object.entries(after)) {
      const { "tls.crt": crt = "", "tls.key": key = "", "ca.crt": ca = "", password } = files;
      expect(password).toEqual(before[name]?.password);
      expect(ca).toEqual(before[name]?.["ca.crt"] ?? "");
      if (password !== undefined) {
        expect(password).toMatch(/^[a-z][0-9a-f]{48}$/);
        continue;
      }
      expect(crt).not.toEqual(before[name]?.["tls.crt"]);
      const certificate = new X509Certificate(crt);
      expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
      expect(certificate.ca).toBe(false);
    }
  });

  it("make the coordinator's node port a port of the machine on kind", () => {
    const services = ofKind(rendered.get("laptop") ?? [], "Service");
    const ports = services.flatMap(
      ({ spec }) => (spec as { readonly ports: readonly { readonly nodePort?: number }[] }).ports,
    );
    const kind = parse(readFileSync(`${kustomizeDirectory}overlays/laptop/kind.yaml`, "utf8"));
    const { containerPort } = kind.nodes[0].extraPortMappings[0];
    expect(ports.flatMap(({ nodePort }) => nodePort ?? [])).toEqual([containerPort]);
  });

  it("ask cert-manager for the certificates that collm certs makes", () => {
    const manifests = rendered.get("production") ?? [];
    expect(ofKind(manifests, "Certificate").length).toBeGreaterThan(0);
    const requested = requestedNames(manifests);
    expect(requested).toEqual(issuedNames(secrets));
    const others = secrets.filter(({ metadata }) => !(metadata.name in requested));
    expect(renderFolder(kubectl, join(folder, "nats-users"))).toEqual(others);
  });
});
