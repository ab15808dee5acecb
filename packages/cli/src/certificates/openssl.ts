import { execFile } from "node:child_process";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { CollmError, errnoOf } from "@collm/errors";

const run = promisify(execFile);

/**
 * Runs the `openssl` program, of any make and version of the last ten years.
 *
 * @throws CollmError failed-precondition where there is none, internal with its last words if it fails
 */
export async function openssl(args: readonly string[]): Promise<void> {
  try {
    await run("openssl", [...args]);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") {
      throw new CollmError(
        "failed-precondition",
        "openssl: is not installed, and makes certificates",
      );
    }
    const words = String((error as { stderr?: unknown }).stderr ?? error).trim();
    throw new CollmError("internal", `openssl ${args[0]}: ${words.split("\n").at(-1)}`);
  }
}

// Of its own, since what openssl does without one depends on the machine.
const request = (name: string) => `
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = ${name}
`;

/** Configuration of a self-signed authority, which signs certificates of services and nothing else. */
export const authorityConfiguration = `${request("collm authority")}
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
`;

/** Configuration of one certificate: services are servers and clients at once. */
export function certificateConfiguration(name: string, names: readonly string[]): string {
  const alternatives = names.map((one) => `${isIP(one) ? "IP" : "DNS"}:${one}`);
  return `${request(`collm ${name}`).replace("x509_extensions = authority\n", "")}
[certificate]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${alternatives.join(",")}
`;
}
