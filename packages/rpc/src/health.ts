import {
  type Client,
  type ClientUnaryCall,
  makeGenericClientConstructor,
  type ServiceDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import { service } from "grpc-health-check";
import { callUnary } from "./call.js";
import type { CallSettings } from "./call-settings.js";
import { type ClientConstructor, type ConnectOptions, connect } from "./channel.js";

/** What `grpc.health.v1` says about a service. */
export type ServingStatus = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

interface HealthClient extends Client {
  check(
    request: { service: string },
    metadata: unknown,
    options: object,
    callback: (error: ServiceError | null, response: { status: ServingStatus }) => void,
  ): ClientUnaryCall;
}

const HealthClient = makeGenericClientConstructor(
  service as ServiceDefinition,
  "grpc.health.v1.Health",
) as unknown as ClientConstructor<HealthClient>;

/**
 * Asks a server whether it serves `name` (default: the server as a whole). Throws like
 * `callUnary`: `unavailable` if it cannot be reached, `not-found` if it has no such service.
 */
export async function checkHealth(
  address: string,
  options: CallSettings & ConnectOptions & { readonly name?: string | undefined } = {},
): Promise<ServingStatus> {
  const client = connect(HealthClient, address, options);
  try {
    const { status } = await callUnary(client, "check", { service: options.name ?? "" }, options);
    return status;
  } finally {
    client.close();
  }
}
