import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTls } from "@collm/rpc";
import { describeWithOpenssl } from "@collm/rpc/testing";
import { expect, it, onTestFinished } from "vitest";
import { makeCertificates } from "./make-certificates.js";

const settings = { days: 30, namespace: "collm", hosts: ["nas.example", "10.1.2.3"] };

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "collm-certs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const certificateIn = async (folder: string, file = "tls.crt") =>
  new X509Certificate(await readFile(join(folder, file)));

describeWithOpenssl("makeCertificates", () => {
  it("certificates are for every name that others call a service by, and can be used as they lie", async () => {
    const folder = await scratch();
    const made = await makeCertificates(folder, settings);
    const names = ["navigator", "generator", "coordinator", "evaluator", "nats", "operator"];
    expect(made.map((one) => one.folder)).toEqual(names.map((name) => join(folder, name)));
    const authority = await certificateIn(join(folder, "ca"), "ca.crt");
    expect(authority.ca).toBe(true);
    for (const { folder: own, validTo } of made) {
      const certificate = await certificateIn(own);
      expect(certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.ca).toBe(false);
      expect(new Date(certificate.validTo)).toEqual(validTo);
      expect(Math.round((validTo.getTime() - Date.now()) / 86_400_000)).toBe(30);
      const keyFile = join(own, "tls.key");
      openTls({ certFile: join(own, "tls.crt"), keyFile, caFile: join(own, "ca.crt") });
      expect((await stat(keyFile)).mode & 0o077).toBe(0);
      for (const local of ["localhost", "nas.example"]) {
        expect(certificate.checkHost(local)).toBeDefined();
      }
      for (const address of ["127.0.0.1", "::1", "10.1.2.3"]) {
        expect(certificate.checkIP(address)).toBe(address);
      }
    }
    const coordinator = await certificateIn(join(folder, "coordinator"));
    for (const name of [
      "coordinator",
      "coordinator.collm",
      "coordinator.collm.svc.cluster.local",
    ]) {
      expect(coordinator.checkHost(name)).toBe(name);
    }
    expect(coordinator.checkHost("evaluator")).toBeUndefined();
    const nats = await certificateIn(join(folder, "nats"));
    expect(nats.checkHost("nats-2.nats")).toBeDefined();
    expect(
      (await certificateIn(join(folder, "operator"))).checkHost("coordinator"),
    ).toBeUndefined();
    expect(await readdir(join(folder, "ca"))).toEqual(["ca.crt", "ca.key"]);
  });

  it("the same authority renews them, and none is made over half of one", async () => {
    const folder = await scratch();
    await makeCertificates(folder, settings);
    const read = (name: string) => readFile(join(folder, name), "utf8");
    const [authority, before] = [await read("ca/ca.crt"), await read("evaluator/tls.crt")];
    await makeCertificates(folder, settings);
    expect(await read("ca/ca.crt")).toBe(authority);
    expect(await read("evaluator/ca.crt")).toBe(authority);
    expect(await read("evaluator/tls.crt")).not.toBe(before);
    await rm(join(folder, "ca/ca.key"));
    await expect(makeCertificates(folder, settings)).rejects.toThrow(
      `--to: ${join(folder, "ca")} holds ca.crt alone, allowed are ca.crt and ca.key or none`,
    );
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(makeCertificates(file, settings)).rejects.toThrow(/^--to .* is no directory$/);
  });
});
