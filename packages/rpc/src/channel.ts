import { isTracing } from "@collm/tracing";
import {
  type ChannelCredentials,
  type ChannelOptions,
  type Client,
  type ClientOptions,
  credentials,
} from "@grpc/grpc-js";
import { targetOf } from "./address-list.js";
import { createClientSpans } from "./client-span.js";
import { silenceGrpc } from "./grpc-log.js";
import { sharedOptions } from "./limits.js";
import type { Tls } from "./tls/open-tls.js";

/** A client class as ts-proto generates it. */
export type ClientConstructor<C extends Client> = new (
  address: string,
  credentials: ChannelCredentials,
  options?: Partial<ClientOptions>,
) => C;

export interface ConnectOptions {
  /** Default: no encryption. */
  readonly tls?: Tls | undefined;
  /** Largest message that is sent or taken. Default: 16 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** Options of grpc-js that go on top of ours. */
  readonly channelOptions?: ChannelOptions | undefined;
}

/**
 * Channel options of all our clients: calls are spread over all addresses that a name resolves
 * to, silent connections are tested, and a server that comes back is found within a second.
 */
function createChannelOptions(maxMessageBytes: number | undefined): ChannelOptions {
  return {
    ...sharedOptions(maxMessageBytes),
    "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    // A restarted service on the same address must be found fast; the defaults are 1 s and 2 min.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 5_000,
    // Services are neighbours: `http_proxy` in the environment is meant for language models.
    "grpc.enable_http_proxy": 0,
  };
}

/**
 * A client for `address`: `host:port`, `dns:///name:port` (every replica of a headless service),
 * `unix:path`, or several of these separated by commas. Calls go round all replicas that can be
 * reached; one that breaks off fails as `unavailable`, and asked again it goes to another. Nothing is sent before the first call. Close it with `client.close()`.
 */
export function connect<C extends Client>(
  Constructor: ClientConstructor<C>,
  address: string,
  options: ConnectOptions = {},
): C {
  silenceGrpc();
  const secure = options.tls?.client(address);
  return new Constructor(targetOf(address), secure?.credentials ?? credentials.createInsecure(), {
    ...createChannelOptions(options.maxMessageBytes),
    ...secure?.channelOptions,
    ...(isTracing() ? { interceptors: [createClientSpans(address)] } : {}),
    ...options.channelOptions,
  });
}
