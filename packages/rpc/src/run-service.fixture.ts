import { CollmError, type ErrorCode } from "@collm/errors";
import { GeneratorServiceService } from "@collm/proto";
import type { Logger } from "@collm/telemetry";
import { type RunningService, runService } from "./run-service.js";
import { startServer } from "./server.js";
import { unary } from "./unary.js";

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
  let drained = () => undefined as unknown;
  const draining = new Promise<void>((resolve) => {
    drained = () => resolve();
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
      process.send?.("draining");
      if (mode === "stuck") await new Promise(() => undefined);
      const done = server.drain(10_000);
      drained();
      await done;
    },
  };
}
