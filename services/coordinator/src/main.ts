import { coordinatorEnvSchema, readEnv } from "@collm/config";
import { runService } from "@collm/rpc";
import { startCoordinator } from "./start.js";

await runService({
  name: "coordinator",
  start: (logger) => startCoordinator(readEnv(coordinatorEnvSchema, process.env), logger),
});
