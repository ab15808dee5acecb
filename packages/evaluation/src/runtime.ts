import { CollmError } from "@collm/errors";
import { encodeModel, GraphBuilder } from "@collm/onnx";
import { executionProviders } from "@collm/search";
import { env, InferenceSession, listSupportedBackends } from "onnxruntime-node";

/** How networks are run. */
export interface RuntimeSettings {
  /** ONNX Runtime's name: `cpu`, `cuda`, ... */
  readonly executionProvider: string;
  /** Threads inside one operator. */
  readonly threads: number;
  /** Device of a GPU provider; default: the provider's own, 0. */
  readonly deviceId?: number | undefined;
  /**
   * Images per run of a finished network; default {@link defaultBatchSize}. On a CPU it hardly changes
   * the speed and only takes memory; a GPU wants 64 or more.
   */
  readonly batchSize?: number | undefined;
  /** Whether CUDA may round products to 10 bits (TF32). Default false: results are float32's. */
  readonly allowTf32?: boolean | undefined;
}

/** See {@link RuntimeSettings}. */
export const defaultBatchSize = 16;

/** Images per run of a finished network. */
export function batchSizeOf({ batchSize }: RuntimeSettings): number {
  return batchSize ?? defaultBatchSize;
}

/** What ONNX Runtime is told about the provider. Its binding for Node knows a device, no memory limit. */
export function providerOption({ executionProvider, deviceId }: RuntimeSettings) {
  return deviceId === undefined ? executionProvider : { name: executionProvider, deviceId };
}

/** Part of every evaluation's identity. */
export const runtimeVersion = `onnxruntime-node ${env.versions.node}`;

// Whatever the library would print also comes as an exception. Set before the first session of the
// process, it counts for all threads.
env.logLevel = "fatal";

/**
 * Checks that networks can be run as these settings say. Throws `invalid-argument`, with one sentence
 * that lists the providers that work here. The check opens a session, which takes milliseconds. Call
 * it in the main thread before any worker starts: TF32 is switched off for the whole process.
 */
export async function requireProvider(settings: RuntimeSettings): Promise<void> {
  const { executionProvider, allowTf32 = false } = settings;
  // The binding has no option for it; the CUDA libraries read this when they are loaded.
  process.env.NVIDIA_TF32_OVERRIDE = allowTf32 ? "1" : "0";
  if (await isAvailable(settings)) return;
  const available: string[] = [];
  for (const name of executionProviders) {
    const other = { executionProvider: name, threads: 1 };
    if (name !== executionProvider && (await isAvailable(other))) available.push(name);
  }
  const device = settings.deviceId === undefined ? "" : ` with device ${settings.deviceId}`;
  throw new CollmError(
    "invalid-argument",
    `execution provider: got "${executionProvider}"${device}, available here: ${available.join(", ")}`,
  );
}

/** The list of supported backends says what was compiled in, not what this machine can load. */
async function isAvailable(settings: RuntimeSettings): Promise<boolean> {
  const { executionProvider } = settings;
  if (!executionProviders.some((name) => name === executionProvider)) return false;
  if (!listSupportedBackends().some((backend) => backend.name === executionProvider)) return false;
  const graph = new GraphBuilder("probe");
  graph.output(graph.relu(graph.input("x", ["n"])), "y", ["n"]);
  try {
    const session = await InferenceSession.create(encodeModel(graph, { metadata: {} }), {
      executionProviders: [providerOption(settings)],
    });
    await session.release();
    return true;
  } catch {
    return false;
  }
}
