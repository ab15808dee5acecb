import { InferenceSession, Tensor } from "onnxruntime-node";

/** A float32 array with its shape. */
export interface Batch {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Opens a model as evaluations will: one thread, all optimisations. */
export async function openSession(model: Uint8Array): Promise<InferenceSession> {
  return await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
}

/** Runs a model with the input `images`; gives its outputs' elements by name. */
export async function runSession(
  session: InferenceSession,
  images: Batch,
): Promise<Readonly<Record<string, Float32Array>>> {
  const outputs = await session.run({ images: new Tensor("float32", images.data, images.shape) });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]),
  );
}
