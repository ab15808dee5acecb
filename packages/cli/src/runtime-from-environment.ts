import { availableParallelism } from "node:os";
import { readEnv, runtimeEnvSchema } from "@collm/config";
import { type RuntimeSettings, requireProvider } from "@collm/evaluation";

/** All cores on the provider that `COLLM_PROVIDER` names; refused where that is not there. */
export async function runtimeFromEnvironment(): Promise<RuntimeSettings> {
  const runtime = { ...readEnv(runtimeEnvSchema, process.env), threads: availableParallelism() };
  await requireProvider(runtime);
  return runtime;
}
