import { expect, test } from "vitest";
import { requireProvider, runtimeVersion } from "./runtime.js";

test("requireProvider accepts the CPU and refuses what cannot be loaded, listing what can", async () => {
  await requireProvider("cpu");
  await expect(requireProvider("cuda")).rejects.toMatchObject({
    code: "invalid-argument",
    message: 'execution provider: got "cuda", available here: cpu',
  });
  await expect(requireProvider("abacus")).rejects.toThrow('got "abacus", available here: cpu');
});

test("runtimeVersion names the library and its version", () => {
  expect(runtimeVersion).toMatch(/^onnxruntime-node \d+\.\d+\.\d+$/);
});
