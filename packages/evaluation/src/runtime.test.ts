import { describe, expect, it, test } from "vitest";
import { batchSizeOf, requireProvider, runtimeVersion } from "./runtime.js";

test("requireProvider accepts the CPU and refuses what cannot be loaded, listing what can", async () => {
  await requireProvider({ executionProvider: "cpu", threads: 1 });
  await expect(
    requireProvider({ executionProvider: "cuda", threads: 1, deviceId: 3 }),
  ).rejects.toMatchObject({
    code: "invalid-argument",
    message: 'execution provider: got "cuda" with device 3, available here: cpu',
  });
  await expect(requireProvider({ executionProvider: "abacus", threads: 1 })).rejects.toThrow(
    'got "abacus", available here: cpu',
  );
});

test("runtimeVersion names the library and its version", () => {
  expect(runtimeVersion).toMatch(/^onnxruntime-node \d+\.\d+\.\d+$/);
});

test("requireProvider keeps CUDA to float32 unless told otherwise", async () => {
  const cpu = { executionProvider: "cpu", threads: 1 };
  await requireProvider(cpu);
  expect(process.env.NVIDIA_TF32_OVERRIDE).toBe("0");
  await requireProvider({ ...cpu, allowTf32: true });
  expect(process.env.NVIDIA_TF32_OVERRIDE).toBe("1");
});

describe("batchSizeOf", () => {
  it.each([
    [28, 16],
    [112, 16],
    [160, 7],
    [224, 4],
    [1024, 1],
  ])("takes of images of %i pixels a side %i on a CPU", (side, count) => {
    expect(batchSizeOf({ executionProvider: "cpu" }, [side, side])).toBe(count);
  });

  it("spares no caches of other processors, and does as it is told", () => {
    expect(batchSizeOf({ executionProvider: "cuda" }, [224, 224])).toBe(16);
    expect(batchSizeOf({ executionProvider: "cpu", batchSize: 64 }, [224, 224])).toBe(64);
  });
});
