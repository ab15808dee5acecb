/** Options that servers and clients share, and what a server bears. */

/** Histories grow: the 4 MiB of gRPC's default hold about 2,000 evaluated architectures. */
const maxMessageBytes = 16 * 1024 * 1024;

/** How often a silent connection is tested, and how long the answer may take. */
export const keepalive = { timeMs: 60_000, timeoutMs: 20_000 } as const;

/** What a server bears. Whoever asks for more is told `resource-exhausted` or `deadline-exceeded`. */
export interface ServerLimits {
  /** Of a message that is taken or sent. Default: 16 MiB, of clients too. */
  readonly maxMessageBytes?: number | undefined;
  /** Calls at once over one connection; the caller's library holds back what is more. Default: 1,000. */
  readonly maxConcurrentStreams?: number | undefined;
  /** Calls at once over all connections but health checks; more are refused. Default: 10,000. */
  readonly maxConcurrentCalls?: number | undefined;
  /** How long a call may last whose caller allows more or says nothing. Default: 86,400,000, a day. */
  readonly maxCallMs?: number | undefined;
}

const defaultMaxConcurrentStreams = 1_000;
export const defaultMaxConcurrentCalls = 10_000;
export const defaultMaxCallMs = 86_400_000;

export function sharedOptions(messageBytes = maxMessageBytes) {
  return {
    "grpc.max_receive_message_length": messageBytes,
    "grpc.max_send_message_length": messageBytes,
    "grpc.keepalive_time_ms": keepalive.timeMs,
    "grpc.keepalive_timeout_ms": keepalive.timeoutMs,
    // Introspection that nobody reads costs time on every call.
    "grpc.enable_channelz": 0,
  };
}

/** The options of a server with these limits. */
export function limitOptions({ maxMessageBytes, maxConcurrentStreams }: ServerLimits) {
  return {
    ...sharedOptions(maxMessageBytes),
    "grpc.max_concurrent_streams": maxConcurrentStreams ?? defaultMaxConcurrentStreams,
  };
}
