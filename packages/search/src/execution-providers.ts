/**
 * ONNX Runtime's providers that an evaluator can be asked for. WebGPU is left out: looking for it
 * prints to the terminal.
 */
export const executionProviders = ["cpu", "cuda", "tensorrt", "dml", "coreml"] as const;
