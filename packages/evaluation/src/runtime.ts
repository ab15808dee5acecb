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
  /** Images per run of a finished network; default {@link batchSizeOf}. A GPU wants 64 or more. */
  readonly batchSize?: number | undefined;
  /** Whether CUDA may round products to 10 bits (TF32). Default false: results are float32's. */
  readonly allowTf32?: boolean | undefined;
}

/** Default images per run: `most`, on a CPU no more than have `cpuPixels`. See {@link batchSizeOf}. */
export const defaultBatch = { most: 16, cpuPixels: 4 * 224 * 224 } as const;

/**
 * Images of `height x width` pixels per run of a finished network. On a CPU the maps between layers
 * should stay in its caches: 224 x 224 pixels in runs of 4 instead of 16 give 1.04 times the images a
 * second with once-for-all, 1.2 times with SPOS and AutoFormer-T, and take a quarter of the memory.
 * Small images gain nothing from runs of more than 16.
 */
export function batchSizeOf(
  { batchSize, executionProvider }: Pick<RuntimeSettings, "batchSize" | "executionProvider">,
  [height, width]: readonly [number, number],
): number {
  const { most, cpuPixels } = defaultBatch;
  if (batchSize !== undefined) return batchSize;
  if (executionProvider !== "cpu") return most;
  return Math.max(1, Math.min(most, Math.floor(cpuPixels / (height * width))));
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
