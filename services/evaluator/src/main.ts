import { evaluatorEnvSchema, readEnv } from "@collm/config";
import { runService } from "@collm/rpc";
import { startEvaluator } from "./start.js";

await runService({
  name: "evaluator",
  start: (logger) => startEvaluator(readEnv(evaluatorEnvSchema, process.env), logger),
});
