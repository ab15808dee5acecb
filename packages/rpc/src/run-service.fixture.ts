import { CollmError, type ErrorCode } from "@collm/errors";
import type { Logger } from "@collm/telemetry";
import { type RunningService, runService } from "./run-service.js";

/** A service for `run-service.test.ts`; the first argument says how it behaves. */
const mode = process.argv[2];

await runService({ name: "generator", start });

async function start(logger: Logger): Promise<RunningService> {
  if (mode === "fail") {
    const code = process.env.FIXTURE_CODE as ErrorCode;
    throw new CollmError(code, "port: got x,\n  allowed is y");
  }
  if (mode === "hang") {
    process.send?.("starting");
    await new Promise(() => undefined);
  }
  if (mode === "stuck") {
    return {
      addresses: { port: 1 },
      drain: async () => {
        process.send?.("draining");
        await new Promise(() => undefined);
      },
    };
  }
  return serve(logger);
}

async function serve(logger: Logger): Promise<RunningService> {
  // Loaded here, since the other modes start much faster without gRPC.
  const { GeneratorServiceService } = await import("@collm/proto");
  const { startServer } = await import("./server.js");
  const { unary } = await import("./unary.js");

  let drainHasBegun = () => {};
  const draining = new Promise<void>((resolve) => {
    drainHasBegun = resolve;
  });
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    logger,
    services: [
      {
        name: "generator",
        definition: GeneratorServiceService,
        implementation: {
          proposeCandidates: unary(async () => {
            process.send?.("called");
            // Held until the drain has begun: the answer shows that it waits for calls under way.
            await draining;
            return { proposals: [{ text: "late but complete" }], exchanges: [] };
          }),
        },
      },
    ],
  });
  return {
    addresses: { port: server.port },
    drain: async () => {
      const done = server.drain(10_000);
      drainHasBegun();
      await done;
    },
  };
}
