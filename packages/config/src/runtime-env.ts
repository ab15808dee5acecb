import { executionProviders } from "@collm/search";
import { z } from "zod";
import { integer, oneOf } from "./env-values.js";
import { ranges } from "./ranges.js";

/** How networks are run, wherever they are: in an evaluator or by `collm subnet`. */
export const runtimeEnvShape = {
  /** Execution provider of ONNX Runtime. */
  COLLM_PROVIDER: oneOf(executionProviders).default("cpu"),
  /** Device of a GPU provider; absent means its own default. */
  COLLM_DEVICE_ID: integer(...ranges.deviceId).optional(),
  /** Images per run of a finished network; absent means at most 16, fewer of large ones on a CPU. */
  COLLM_BATCH_SIZE: integer(...ranges.batchSize).optional(),
  /** Whether CUDA may round products to TF32's 10 bits. */
  COLLM_ALLOW_TF32: oneOf(["on", "off"]).default("off"),
};

const runtimeObject = z.object(runtimeEnvShape);

export interface RuntimeEnv {
  readonly executionProvider: string;
  readonly deviceId: number | undefined;
  readonly batchSize: number | undefined;
  readonly allowTf32: boolean;
}

export const runtimeEnvSchema = runtimeObject.transform(toRuntimeEnv);

export function toRuntimeEnv(env: z.infer<typeof runtimeObject>): RuntimeEnv {
  return {
    executionProvider: env.COLLM_PROVIDER,
    deviceId: env.COLLM_DEVICE_ID,
    batchSize: env.COLLM_BATCH_SIZE,
    allowTf32: env.COLLM_ALLOW_TF32 === "on",
  };
}
