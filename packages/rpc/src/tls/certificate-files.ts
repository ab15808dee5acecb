import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { CollmError, fileError } from "@collm/errors";

/** PEM files of one side of mutual TLS. */
export interface TlsFiles {
  /** Own certificate, followed by intermediate ones. */
  readonly certFile: string;
  /** Its private key, without a passphrase. */
  readonly keyFile: string;
  /** Certificates of the authorities that the other side's certificate must come from. */
  readonly caFile: string;
  /** How often the files are looked at for renewed ones, in milliseconds. Default: 10,000. */
  readonly reloadMs?: number | undefined;
  /** What servers' certificates must name. Default: the address that is connected to. */
  readonly serverName?: string | undefined;
}

/** What is in the files. */
export interface Certificates {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

const variables = {
  certFile: "COLLM_TLS_CERT_FILE",
  keyFile: "COLLM_TLS_KEY_FILE",
  caFile: "COLLM_TLS_CA_FILE",
} as const;

/**
 * Reads the three files and sees that they can be used together today.
 *
 * @throws CollmError naming the variable, the file and what is wrong, never what is in the file
 */
export function readCertificates(files: TlsFiles): Certificates {
  const read = (field: keyof typeof variables): Buffer => {
    try {
      return readFileSync(files[field]);
    } catch (error) {
      throw fileError(`${variables[field]}: file`, files[field], error);
    }
  };
  const found = { cert: read("certFile"), key: read("keyFile"), ca: read("caFile") };
  const refuse = (field: keyof typeof variables, what: string): never => {
    throw new CollmError("invalid-argument", `${variables[field]}: ${files[field]} ${what}`);
  };
  const cert =
    parsed(() => new X509Certificate(found.cert)) ??
    refuse("certFile", "holds no certificate, allowed is one in PEM");
  const key: KeyObject =
    parsed(() => createPrivateKey(found.key)) ??
    refuse("keyFile", "holds no private key, allowed is one in PEM without a passphrase");
  if (!cert.checkPrivateKey(key)) {
    refuse("keyFile", `does not belong to the certificate in ${files.certFile}`);
  }
  if (!parsed(() => new X509Certificate(found.ca))) {
    refuse("caFile", "holds no certificate, allowed are authorities' in PEM");
  }
  const now = Date.now();
  if (now > Date.parse(cert.validTo)) refuse("certFile", `expired on ${cert.validTo}`);
  if (now < Date.parse(cert.validFrom)) refuse("certFile", `is valid from ${cert.validFrom} only`);
  if (!parsed(() => createSecureContext(found))) {
    refuse("certFile", `cannot be used with ${files.keyFile} and ${files.caFile}`);
  }
  return found;
}

/** OpenSSL's own words are no help, and may quote the file. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
