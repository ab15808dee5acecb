import { graphNames } from "@collm/supernet";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { providerOption, type RuntimeSettings } from "./runtime.js";

/** Images as they enter a network. */
export interface InputBatch {
  readonly imagesCount: number;
  /** Row-major, of `shape` `[imagesCount, 3, height, width]`. */
  readonly input: Float32Array;
  readonly shape: readonly number[];
}

/** A graph that ONNX Runtime has loaded. */
export interface Network {
  /**
   * Runs one batch; gives the named outputs' elements. Blocks the thread it is called on, although
   * it gives a promise (ONNX Runtime's binding is synchronous).
   */
  run<Name extends string>(
    batch: InputBatch,
    outputs: readonly Name[],
  ): Promise<Readonly<Record<Name, Float32Array>>>;
  /** Gives the memory back at once instead of when the garbage collector finds out. */
  release(): Promise<void>;
}

/**
 * Loads a model file into ONNX Runtime. Blocks the thread, like `run`. `isForFewRuns` leaves out
 * planning one block of memory for all of a run, which pays off only after several runs.
 */
export async function openNetwork(
  model: Uint8Array,
  settings: RuntimeSettings,
  { isForFewRuns = false } = {},
): Promise<Network> {
  const session = await InferenceSession.create(model, {
    executionProviders: [providerOption(settings)],
    // Without it ONNX Runtime takes one thread, whatever the machine has.
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    // The fast convolution kernels (NCHWc) only come with "all".
    graphOptimizationLevel: "all",
    enableMemPattern: !isForFewRuns,
  });
  return {
    run: async (batch, outputs) => {
      const images = new Tensor("float32", batch.input, batch.shape);
      const results = await session.run({ [graphNames.images]: images }, [...outputs]);
      return Object.fromEntries(
        outputs.map((name) => [name, results[name]?.data as Float32Array]),
      ) as Record<(typeof outputs)[number], Float32Array>;
    },
    release: () => session.release(),
  };
}
