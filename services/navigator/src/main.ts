import { readEnv, readRoleEnv, roleServiceEnvSchema } from "@collm/config";
import { runService } from "@collm/rpc";
import { startNavigator } from "./start.js";

await runService({
  name: "navigator",
  start: (logger) =>
    startNavigator(
      readEnv(roleServiceEnvSchema, process.env),
      () => readRoleEnv("navigator", process.env),
      logger,
    ),
});
