import { describe, expect, it } from "vitest";
import { openTensorFile } from "./open-tensor-file.js";
import { temporaryFolder } from "./temporary-folder.fixture.js";
import { encodeSafetensors } from "./testing.js";

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

  it.each([
    ["zip", Buffer.from("PK\u0003\u0004rest of an archive")],
    ["legacy", Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex")],
  ])("names PyTorch's %s container, which it cannot read yet", async (container, bytes) => {
    await expect(openTensorFile(file("weights", bytes))).rejects.toThrow(
      `found a PyTorch file (${container} container), which is not supported yet, expected a safetensors file`,
    );
  });

  it("refuses other content, even none", async () => {
    for (const content of ["", "short", "a text that is no tensor file"]) {
      await expect(openTensorFile(file("text", content))).rejects.toThrow("an unknown container");
    }
  });
});
