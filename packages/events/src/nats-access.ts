import { readFileSync } from "node:fs";
import { CollmError, fileError } from "@collm/errors";
import type { Authenticator, NodeConnectionOptions } from "@nats-io/transport-node";

/** How a process shows NATS who it is, and knows that it speaks to NATS. */
export interface NatsAccess {
  /** Files with a user's name and password, read again for each connection that is made. */
  readonly user?: { readonly userFile: string; readonly passwordFile: string } | undefined;
  /** PEM files of TLS, read again for each connection that is made; without them plaintext will do. */
  readonly tls?:
    | {
        /** Authorities of the servers' certificates. */
        readonly caFile: string;
        /** What is shown to servers that ask for a certificate. */
        readonly own?: { readonly certFile: string; readonly keyFile: string } | undefined;
      }
    | undefined;
}

/**
 * The client's options for this access.
 *
 * @throws CollmError naming the variable and file that cannot be read or is empty
 */
export function accessOptions({ user, tls }: NatsAccess): Partial<NodeConnectionOptions> {
  const options: Partial<NodeConnectionOptions> = {};
  if (user) options.authenticator = createAuthenticator(user);
  if (tls) {
    const { caFile, own } = tls;
    // The client reads them itself, but says less about one that is not there.
    readText("COLLM_NATS_TLS_CA_FILE", caFile);
    if (own) {
      readText("COLLM_NATS_TLS_CERT_FILE", own.certFile);
      readText("COLLM_NATS_TLS_KEY_FILE", own.keyFile);
    }
    options.tls = { caFile, ...own };
  }
  return options;
}

/** Asked for each connection: a password that was changed holds for the next one. */
function createAuthenticator({
  userFile,
  passwordFile,
}: NonNullable<NatsAccess["user"]>): Authenticator {
  const read = () => ({
    user: readText("COLLM_NATS_USER_FILE", userFile),
    pass: readText("COLLM_NATS_PASSWORD_FILE", passwordFile),
  });
  let last = read();
  return () => {
    try {
      last = read();
    } catch {
      // An error here would end the connection for good; the files may be there again for the next attempt.
    }
    return last;
  };
}

/** A file's text without the line end that editors and `echo` leave. */
function readText(variable: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw fileError(`${variable}: file`, file, error);
  }
  if (text === "") {
    throw new CollmError("invalid-argument", `${variable}: file ${file} is empty`);
  }
  return text;
}
