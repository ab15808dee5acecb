import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type DType, float32, openTensorFile, type Tensor } from "@collm/checkpoint";
import { describe, expect, it } from "vitest";

interface ExpectedTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: readonly number[];
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(path(name), "utf8")) as T;
}

function valuesOf(tensor: Tensor): number[] {
  return tensor.dtype === "float16" ? [...float32(tensor)] : Array.from(tensor.data, Number);
}

describe("files written by PyTorch", () => {
  it.each(["legacy", "zip"])("gives the values that PyTorch sees in the %s container", async (container) => {
    const expected = readJson<Record<string, ExpectedTensor>>("torch_fixture_tiny.json");
    const source = await openTensorFile(path(`torch_fixture_tiny.${container}.pth`));
    expect(source.description).toBe(`PyTorch file (${container}), 7 tensors under "state_dict"`);
    expect(source.names()).toEqual(Object.keys(expected));
    for (const [name, { shape, dtype, values }] of Object.entries(expected)) {
      expect(source.info(name)).toEqual({ shape, dtype });
      const tensor = await source.read(name);
      expect(tensor).toMatchObject({ shape, dtype });
      expect(valuesOf(tensor)).toEqual(values);
    }
    await source.close();
  });

  it("reads a checkpoint of SPOS's trainer, without DataParallel's prefix", async () => {
    const { values } = readJson<{ values: Record<string, number | unknown[]> }>("spos_tiny.json");
    const source = await openTensorFile(path("spos_tiny.legacy.pth.tar"));
    expect(source.description).toContain('under "state_dict", prefix "module." removed');
    expect(source.names().map((name) => `module.${name}`)).toEqual(Object.keys(values));
    for (const name of source.names()) {
      const nested = values[`module.${name}`];
      const flat = [nested].flat(Number.POSITIVE_INFINITY);
      expect(valuesOf(await source.read(name))).toEqual(flat);
    }
    await source.close();
  });
});
