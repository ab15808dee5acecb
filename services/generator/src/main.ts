import { readEnv, readRoleEnv, roleServiceEnvSchema } from "@collm/config";
import { runService } from "@collm/rpc";
import { startGenerator } from "./start.js";

await runService({
  name: "generator",
  start: (logger) =>
    startGenerator(
      readEnv(roleServiceEnvSchema, process.env),
      () => readRoleEnv("generator", process.env),
      logger,
    ),
});
