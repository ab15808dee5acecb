import { describe, expect, it } from "vitest";
import { encodeSafetensors } from "./encode-safetensors.js";
import { openTensorFile } from "./open-tensor-file.js";
import { temporaryFolder } from "./temporary-folder.fixture.js";
import { encodeTorchLegacy, encodeTorchZip, savedTensors } from "./testing.js";

const file = temporaryFolder();

describe("openTensorFile", () => {
  it("opens safetensors under any name", async () => {
    const tensor = { dtype: "int8", shape: [1], data: Int8Array.of(-1) } as const;
    const source = await openTensorFile(
      file("weights.pth", encodeSafetensors(new Map([["x", tensor]]))),
    );
    expect(await source.read("x")).toEqual(tensor);
    await source.close();
  });

  it("opens both of PyTorch's containers under any name", async () => {
    const tensor = { dtype: "float32", shape: [1], data: Float32Array.of(2) } as const;
    const saved = savedTensors(new Map([["x", tensor]]));
    for (const bytes of [encodeTorchZip(saved), encodeTorchLegacy(saved)]) {
      const source = await openTensorFile(file("weights.safetensors", bytes));
      expect(await source.read("x")).toEqual(tensor);
      await source.close();
    }
  });

  it("refuses other content, even none", async () => {
    await expect(openTensorFile(file("text", ""))).rejects.toThrow("found an empty file");
    for (const content of ["short", "a text that is no tensor file"]) {
      await expect(openTensorFile(file("text", content))).rejects.toThrow("an unknown container");
    }
  });
});
