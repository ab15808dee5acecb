import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Server } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";

const descriptorsPath = createRequire(import.meta.url).resolve("@collm/proto/descriptors.binpb");

/**
 * Lets tools such as grpcurl ask the server for its services and messages. `services` are full
 * names, e.g. `collm.navigator.v1.NavigatorService`; others of the same descriptor file are hidden.
 */
export function addReflection(server: Server, services: readonly string[]): void {
  const definition = loadFileDescriptorSetFromBuffer(readFileSync(descriptorsPath));
  new ReflectionService(definition, { services: [...services] }).addToServer(server);
}
