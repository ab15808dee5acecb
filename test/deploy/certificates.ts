import { X509Certificate } from "node:crypto";
import { type Manifest, ofKind } from "./manifest.js";

/** Names that certificates hold, by the Secret that they are in: `nats-tls` to `DNS:nats`, ... */
export type CertificateNames = Readonly<Record<string, readonly string[]>>;

/** Of the Certificates that cert-manager is asked for. */
export function requestedNames(manifests: readonly Manifest[]): CertificateNames {
  const leaves = ofKind(manifests, "Certificate").filter(
    ({ spec }) => !(spec as { readonly isCA?: boolean }).isCA,
  );
  return Object.fromEntries(
    leaves.map(({ spec }) => {
      const {
        secretName,
        dnsNames,
        ipAddresses = [],
      } = spec as {
        readonly secretName: string;
        readonly dnsNames: readonly string[];
        readonly ipAddresses?: readonly string[];
      };
      const names = [
        ...dnsNames.map((name) => `DNS:${name}`),
        ...ipAddresses.map((address) => `IP Address:${address}`),
      ];
      return [secretName, names.sort()];
    }),
  );
}

/** Of the certificates that Secrets hold. */
export function issuedNames(secrets: readonly Manifest[]): CertificateNames {
  return Object.fromEntries(
    secrets.flatMap((secret) => {
      const { data = {} } = secret as Manifest & { readonly data?: Record<string, string> };
      const text = data["tls.crt"];
      if (text === undefined) return [];
      const { subjectAltName = "" } = new X509Certificate(Buffer.from(text, "base64"));
      const names = subjectAltName.replaceAll("0:0:0:0:0:0:0:1", "::1").split(", ");
      return [[secret.metadata.name, names.sort()]];
    }),
  );
}
