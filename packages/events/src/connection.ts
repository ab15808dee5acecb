import { CollmError } from "@collm/errors";
import { connect, errors, type NatsConnection } from "@nats-io/transport-node";
import { accessOptions, type NatsAccess } from "./nats-access.js";
import { refusedByNats } from "./refused.js";

export interface NatsSettings {
  /** E.g. `["nats://127.0.0.1:4222"]`. */
  readonly servers: readonly string[];
  /** Who connects, as the server's lists show it, e.g. `evaluator`. Answers come to `_INBOX_<name>`. */
  readonly name: string;
  /** Default: nobody in particular, in plaintext unless the servers want TLS. */
  readonly access?: NatsAccess | undefined;
  /** Told once of each thing that the server refuses, and of every row of refused reconnections. */
  readonly onProblem?: ((problem: CollmError) => void) | undefined;
}

/** How long the first connection is tried; later ones are tried for ever. */
const connectTimeoutMs = 10_000;
const reconnectWaitMs = 500;
/** Refusals that are told; subjects hold digests and searches' names, so there may be many. */
const maxToldProblems = 100;

/**
 * Connects to NATS. A connection that breaks later is made anew for as long as it takes: what
 * waits for an answer meanwhile fails and is tried again by whoever asked.
 *
 * @throws CollmError naming the servers and the reason: unavailable, or invalid-argument if they refuse the
 *   user or a file of `access` cannot be used
 */
export async function connectNats(settings: NatsSettings): Promise<NatsConnection> {
  const { servers, name, access = {}, onProblem } = settings;
  const options = accessOptions(access);
  try {
    const connection = await connect({
      servers: [...servers],
      name: `collm-${name}`,
      // Users may listen to their own answers only.
      inboxPrefix: `_INBOX_${name}`,
      timeout: connectTimeoutMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectWaitMs,
      // A password is changed at the server and in our file one after the other.
      ignoreAuthErrorAbort: true,
      // The default gives up pinging after two minutes; a cut must be seen sooner.
      pingInterval: 10_000,
      // A stack for every request that never fails is a tenth of a busy coordinator's time.
      noAsyncTraces: true,
      ...options,
    });
    if (onProblem) void tellProblems(connection, settings, onProblem);
    return connection;
  } catch (cause) {
    if (cause instanceof errors.AuthorizationError) throw refusedUser(settings, cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CollmError(
      "unavailable",
      `NATS: cannot connect to ${placesOf(servers)} (${reason})`,
      {
        cause,
      },
    );
  }
}

async function tellProblems(
  connection: NatsConnection,
  settings: NatsSettings,
  onProblem: (problem: CollmError) => void,
): Promise<void> {
  const told = new Set<string>();
  let isUserRefused = false;
  for await (const status of connection.status()) {
    if (status.type === "reconnect") isUserRefused = false;
    if (status.type !== "error") continue;
    const { error } = status;
    if (error instanceof errors.AuthorizationError) {
      if (!isUserRefused) onProblem(refusedUser(settings, error));
      isUserRefused = true;
      continue;
    }
    const refusal = refusedByNats(error);
    if (!refusal || told.has(refusal.message) || told.size >= maxToldProblems) continue;
    told.add(refusal.message);
    onProblem(refusal);
  }
}

function refusedUser({ servers, access }: NatsSettings, cause: Error): CollmError {
  const what = access?.user
    ? `refuses the user of COLLM_NATS_USER_FILE with the password of COLLM_NATS_PASSWORD_FILE`
    : "requires a user (COLLM_NATS_USER_FILE and COLLM_NATS_PASSWORD_FILE)";
  return new CollmError("invalid-argument", `NATS: ${placesOf(servers)} ${what}`, { cause });
}

/** The servers without user and password, which an address may hold. */
function placesOf(servers: readonly string[]): string {
  return servers.map((server) => server.replace(/^(.*\/\/)?.*@/, "$1")).join(", ");
}
