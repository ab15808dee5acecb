import { Client, credentials } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import { startLoopback } from "./test-support.js";

it("reflection lists the hosted services and hides the others", async () => {
  const { address } = await startLoopback({});
  const client = new Client(address, credentials.createInsecure());
  // ServerReflectionRequest { list_services: "" } is field 7, wire type 2, length 0.
  const listServices = Buffer.from([0x3a, 0x00]);
  const call = client.makeBidiStreamRequest(
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    (request: Buffer) => request,
    (response: Buffer) => response.toString("latin1"),
  );
  call.write(listServices);
  const answer = await new Promise<string>((resolve, reject) => {
    call.once("data", resolve);
    call.once("error", reject);
  });
  call.end();
  client.close();
  expect(answer).toContain("collm.generator.v1.GeneratorService");
  expect(answer).toContain("collm.navigator.v1.NavigatorService");
  expect(answer).not.toContain("collm.evaluator.v1.EvaluatorService");
});
