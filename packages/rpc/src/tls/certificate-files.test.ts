import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CertificateFiles, TestAuthority } from "../testing/test-authority.js";
import { describeWithOpenssl } from "../testing/with-openssl.js";
import { readCertificates } from "./certificate-files.js";

describeWithOpenssl("readCertificates", () => {
  let authority: TestAuthority;
  let good: CertificateFiles;

  beforeAll(async () => {
    authority = await TestAuthority.create();
    good = await authority.issue();
  });
  afterAll(async () => {
    await authority?.remove();
  });

  it("takes a certificate with its key and authority", () => {
    expect(readCertificates(good).cert.toString()).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  it("names the variable, the file and what is wrong, and never what is in it", async () => {
    const other = await authority.issue();
    const garbage = `${good.certFile}.garbage`;
    await writeFile(garbage, "s3cret-material");
    const expired = await authority.issue({ days: -1 });
    const cases: readonly [Partial<CertificateFiles>, RegExp][] = [
      [
        { certFile: "/nowhere" },
        /^COLLM_TLS_CERT_FILE: file \/nowhere: no such file or directory$/,
      ],
      [{ certFile: garbage }, /^COLLM_TLS_CERT_FILE: .*garbage holds no certificate/],
      [{ keyFile: garbage }, /^COLLM_TLS_KEY_FILE: .*garbage holds no private key/],
      [
        { keyFile: other.keyFile },
        /^COLLM_TLS_KEY_FILE: .* does not belong to the certificate in /,
      ],
      [{ caFile: garbage }, /^COLLM_TLS_CA_FILE: .*garbage holds no certificate/],
      [expired, /^COLLM_TLS_CERT_FILE: .*tls\.crt expired on /],
    ];
    for (const [changed, message] of cases) {
      const read = () => readCertificates({ ...good, ...changed });
      expect(read).toThrow(message);
      expect(read).not.toThrow(/s3cret|BEGIN/);
    }
  });
});
