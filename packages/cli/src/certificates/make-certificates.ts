import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CollmError, withFile } from "@collm/errors";
import { authorityConfiguration, certificateConfiguration, openssl } from "./openssl.js";

export interface CertificateSettings {
  /** How long certificates are valid; the authority's own is for ten years. */
  readonly days: number;
  /** Namespace of a cluster, whose names for services are in the certificates. */
  readonly namespace: string;
  /** Further names and addresses of all of them. */
  readonly hosts: readonly string[];
}

/** A certificate that was made. */
export interface MadeCertificate {
  readonly folder: string;
  readonly validTo: Date;
}

const services = ["navigator", "generator", "coordinator", "evaluator"] as const;

/** Whom certificates are made for, each in a folder of this name; `operator` is who runs `collm`. */
export const certificateNames = [...services, "nats", "operator"] as const;

/** As many servers of NATS as a cluster of them has (deploy/kustomize/components/nats-cluster). */
const natsServers = [0, 1, 2];

const authorityDays = 3_650;

/**
 * Makes a certificate for each service, for NATS and for `operator`, in a folder of its own that holds what the
 * `COLLM_TLS_…_FILE` variables name: `tls.crt`, `tls.key` and `ca.crt`. The authority lies in `ca/` and is made
 * where there is none; else the certificates are renewed, which services that run take over by themselves.
 *
 * @throws CollmError if a file cannot be written, or the `openssl` program is not there
 */
export async function makeCertificates(
  directory: string,
  settings: CertificateSettings,
): Promise<readonly MadeCertificate[]> {
  const own = join(directory, "ca");
  await withFile("--to", own, () => mkdir(own, { recursive: true, mode: 0o700 }));
  const scratch = await mkdtemp(join(own, "making-"));
  try {
    const authority = await openAuthority(own, scratch);
    const made: MadeCertificate[] = [];
    for (const name of certificateNames) {
      const names = namesOf(name, settings);
      const folder = join(directory, name);
      await mkdir(folder, { recursive: true });
      made.push(await issue(authority, { folder, name, names, days: settings.days }, scratch));
    }
    return made;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** What a certificate is for: a name as the others call it, and a port of this machine that leads there. */
function namesOf(
  name: (typeof certificateNames)[number],
  { namespace, hosts }: CertificateSettings,
): readonly string[] {
  const local = ["localhost", "127.0.0.1", "::1", ...hosts];
  if (name === "operator") return [name, ...local];
  const inCluster = ["", `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`];
  // Servers of NATS find each other by names of their own. Not `*.nats`: a wildcard for all names of one
  // domain that looks like a top-level one is refused by some clients, Node among them.
  const servers = name === "nats" ? natsServers.map((i) => `nats-${i}.nats`) : [];
  return [name, ...servers].flatMap((one) => inCluster.map((end) => `${one}${end}`)).concat(local);
}

interface Authority {
  readonly certFile: string;
  readonly keyFile: string;
}

async function openAuthority(folder: string, scratch: string): Promise<Authority> {
  const authority = { certFile: join(folder, "ca.crt"), keyFile: join(folder, "ca.key") };
  const [cert, key] = await Promise.all(
    [authority.certFile, authority.keyFile].map((file) => readFile(file).catch(() => undefined)),
  );
  if (cert && key) return authority;
  if (cert || key) {
    throw new CollmError(
      "invalid-argument",
      `--to: ${folder} holds ${cert ? "ca.crt" : "ca.key"} alone, allowed are ca.crt and ca.key or none`,
    );
  }
  const made = { certFile: join(scratch, "ca.crt"), keyFile: join(scratch, "ca.key") };
  await writeKey(made.keyFile);
  const config = join(scratch, "ca.cnf");
  await writeFile(config, authorityConfiguration);
  await openssl([
    ...["req", "-x509", "-new", "-sha256", "-config", config, "-key", made.keyFile],
    ...["-days", String(authorityDays), "-out", made.certFile],
  ]);
  await rename(made.keyFile, authority.keyFile);
  await rename(made.certFile, authority.certFile);
  return authority;
}

async function issue(
  authority: Authority,
  wanted: { folder: string; name: string; names: readonly string[]; days: number },
  scratch: string,
): Promise<MadeCertificate> {
  const { folder, name, names, days } = wanted;
  const key = join(scratch, "tls.key");
  const request = join(scratch, "tls.csr");
  const cert = join(scratch, "tls.crt");
  const config = join(scratch, "tls.cnf");
  await writeFile(config, certificateConfiguration(name, names));
  await writeKey(key);
  await openssl(["req", "-new", "-sha256", "-config", config, "-key", key, "-out", request]);
  await openssl([
    ...["x509", "-req", "-sha256", "-in", request, "-out", cert, "-days", String(days)],
    ...["-CA", authority.certFile, "-CAkey", authority.keyFile],
    // Positive, and of any two certificates not the same.
    ...["-set_serial", `0x01${randomBytes(15).toString("hex")}`],
    ...["-extfile", config, "-extensions", "certificate"],
  ]);
  const validTo = new Date(new X509Certificate(await readFile(cert)).validTo);
  const ca = join(scratch, "ca-copy.crt");
  await writeFile(ca, await readFile(authority.certFile));
  // Whole files; who reads a new key beside the old certificate looks again.
  for (const [from, to] of [
    [ca, "ca.crt"],
    [key, "tls.key"],
    [cert, "tls.crt"],
  ] as const) {
    await withFile("--to", join(folder, to), () => rename(from, join(folder, to)));
  }
  return { folder, validTo };
}

async function writeKey(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}
