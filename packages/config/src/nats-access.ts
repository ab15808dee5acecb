import { CollmError } from "@collm/errors";
import { z } from "zod";
import { type Env, readEnv, text } from "./env-values.js";

/** How a process shows NATS who it is, and knows that it speaks to NATS. Files, so that they can be renewed. */
export const natsAccessShape = {
  /** File with the name of the NATS user. */
  COLLM_NATS_USER_FILE: text("a file").optional(),
  /** File with the user's password. */
  COLLM_NATS_PASSWORD_FILE: text("a file").optional(),
  /** Authorities of the servers' certificates, in PEM; given, NATS is spoken to by TLS only. */
  COLLM_NATS_TLS_CA_FILE: text("a file").optional(),
  /** Own certificate, where the servers ask for one. */
  COLLM_NATS_TLS_CERT_FILE: text("a file").optional(),
  /** Its private key, without a passphrase. */
  COLLM_NATS_TLS_KEY_FILE: text("a file").optional(),
};

export const natsServersPhrase =
  "NATS servers without user and password (COLLM_NATS_USER_FILE, COLLM_NATS_PASSWORD_FILE)";

const accessObject = z.object(natsAccessShape);

/** Absent files mean: nobody in particular, in plaintext unless the servers want TLS. */
export interface NatsAccessEnv {
  readonly user?: { readonly userFile: string; readonly passwordFile: string } | undefined;
  readonly tls?:
    | {
        readonly caFile: string;
        readonly own?: { readonly certFile: string; readonly keyFile: string } | undefined;
      }
    | undefined;
}

export function natsAccessOf(
  env: z.infer<typeof accessObject>,
  context: z.RefinementCtx,
): NatsAccessEnv {
  const {
    COLLM_NATS_USER_FILE: userFile,
    COLLM_NATS_PASSWORD_FILE: passwordFile,
    COLLM_NATS_TLS_CA_FILE: caFile,
    COLLM_NATS_TLS_CERT_FILE: certFile,
    COLLM_NATS_TLS_KEY_FILE: keyFile,
  } = env;
  const need = (name: keyof typeof natsAccessShape, beside: keyof typeof natsAccessShape): void => {
    if (env[name] !== undefined || env[beside] === undefined) return;
    context.addIssue({ code: "custom", path: [name], message: `a file beside ${beside}` });
  };
  need("COLLM_NATS_USER_FILE", "COLLM_NATS_PASSWORD_FILE");
  need("COLLM_NATS_PASSWORD_FILE", "COLLM_NATS_USER_FILE");
  need("COLLM_NATS_TLS_CERT_FILE", "COLLM_NATS_TLS_KEY_FILE");
  need("COLLM_NATS_TLS_KEY_FILE", "COLLM_NATS_TLS_CERT_FILE");
  need("COLLM_NATS_TLS_CA_FILE", "COLLM_NATS_TLS_CERT_FILE");
  return {
    user:
      userFile === undefined || passwordFile === undefined ? undefined : { userFile, passwordFile },
    tls:
      caFile === undefined
        ? undefined
        : {
            caFile,
            own:
              certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
          },
  };
}

/**
 * Who a command is to NATS.
 *
 * @throws CollmError invalid-argument if a file is named without the one that belongs to it
 */
export function readNatsAccess(env: Env): NatsAccessEnv {
  return readEnv(accessObject.transform(natsAccessOf), env);
}

/**
 * The servers of a `--nats` flag, separated by commas.
 *
 * @throws CollmError invalid-argument for none, and for an address that holds a user or password, which
 *   would be ignored
 */
export function parseNatsServers(text: string): readonly string[] {
  const servers = text.split(",").flatMap((server) => server.trim() || []);
  if (servers.length > 0 && !text.includes("@")) return servers;
  const got = text.includes("@") ? "a value that is not shown" : JSON.stringify(text);
  throw new CollmError("invalid-argument", `--nats: got ${got}, allowed are ${natsServersPhrase}`);
}
