import { CollmError } from "@collm/errors";
import { connect, type NatsConnection } from "@nats-io/transport-node";

export interface NatsSettings {
  /** E.g. `["nats://127.0.0.1:4222"]`. */
  readonly servers: readonly string[];
  /** Who connects, as the server's lists show it, e.g. `evaluator`. */
  readonly name: string;
}

/** How long the first connection is tried; later ones are tried for ever. */
const connectTimeoutMs = 10_000;
const reconnectWaitMs = 500;

/**
 * Connects to NATS. A connection that breaks later is made anew for as long as it takes: what
 * waits for an answer meanwhile fails and is tried again by whoever asked.
 *
 * @throws CollmError unavailable naming the servers
 */
export async function connectNats({ servers, name }: NatsSettings): Promise<NatsConnection> {
  try {
    return await connect({
      servers: [...servers],
      name: `collm-${name}`,
      timeout: connectTimeoutMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectWaitMs,
      // The default gives up pinging after two minutes; a cut must be seen sooner.
      pingInterval: 10_000,
      // A stack for every request that never fails is a tenth of a busy coordinator's time.
      noAsyncTraces: true,
    });
  } catch (cause) {
    throw new CollmError("unavailable", `NATS: cannot connect to ${servers.join(", ")}`, { cause });
  }
}
