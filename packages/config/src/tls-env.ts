import { z } from "zod";
import { type Env, integer, readEnv, text } from "./env-values.js";

/** Certificates of mutual TLS, in PEM: all three files or none. Servers and clients use the same. */
export const tlsShape = {
  /** Own certificate, followed by intermediate ones. */
  COLLM_TLS_CERT_FILE: text("a file").optional(),
  /** Its private key, without a passphrase. */
  COLLM_TLS_KEY_FILE: text("a file").optional(),
  /** Certificates of the authorities that the other side's certificate must come from. */
  COLLM_TLS_CA_FILE: text("a file").optional(),
  /** How often the files are looked at for renewed ones. */
  COLLM_TLS_RELOAD_MS: integer(100, 60_000, "milliseconds").default(10_000),
};

const tlsObject = z.object(tlsShape);
const fileNames = ["COLLM_TLS_CERT_FILE", "COLLM_TLS_KEY_FILE", "COLLM_TLS_CA_FILE"] as const;

export interface TlsEnv {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly reloadMs: number;
  /** What servers' certificates must name instead of the address that is connected to. */
  readonly serverName?: string | undefined;
}

/** Undefined where none of the files is named. */
export function tlsOf(
  env: z.infer<typeof tlsObject>,
  context: z.RefinementCtx,
): TlsEnv | undefined {
  const {
    COLLM_TLS_CERT_FILE: certFile,
    COLLM_TLS_KEY_FILE: keyFile,
    COLLM_TLS_CA_FILE: caFile,
    COLLM_TLS_RELOAD_MS: reloadMs,
  } = env;
  if (certFile !== undefined && keyFile !== undefined && caFile !== undefined) {
    return { certFile, keyFile, caFile, reloadMs };
  }
  const named = fileNames.filter((name) => env[name] !== undefined);
  if (named.length === 0) return undefined;
  for (const name of fileNames) {
    if (named.includes(name)) continue;
    const message = `a file beside ${named.join(" and ")}: mutual TLS takes all three or none`;
    context.addIssue({ code: "custom", path: [name], message });
  }
  return z.NEVER;
}

const clientObject = tlsObject.extend({
  /**
   * Name in the certificate of a server that is reached by another: behind a forwarded port, which is
   * localhost for us. Services do not read it, since they reach several others.
   */
  COLLM_TLS_SERVER_NAME: text("a host name").optional(),
});

/**
 * The certificates that a client shows, where the environment names any.
 *
 * @throws CollmError invalid-argument unless all three files are named or none
 */
export function readTlsEnv(env: Env): TlsEnv | undefined {
  return readEnv(
    clientObject.transform((client, context) => {
      const tls = tlsOf(client, context);
      return tls && { ...tls, serverName: client.COLLM_TLS_SERVER_NAME };
    }),
    env,
  );
}
