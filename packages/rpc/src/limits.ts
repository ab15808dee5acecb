/** Options that servers and clients share. */

/** Histories grow: the 4 MiB of gRPC's default hold about 2,000 evaluated architectures. */
export const maxMessageBytes = 16 * 1024 * 1024;

/** How often a silent connection is tested, and how long the answer may take. */
export const keepalive = { timeMs: 60_000, timeoutMs: 20_000 } as const;

export const sharedOptions = {
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
  "grpc.keepalive_time_ms": keepalive.timeMs,
  "grpc.keepalive_timeout_ms": keepalive.timeoutMs,
  // Introspection that nobody reads costs time on every call.
  "grpc.enable_channelz": 0,
} as const;
