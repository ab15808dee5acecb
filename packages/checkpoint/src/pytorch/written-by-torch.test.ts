import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { openTensorFile } from "../open-tensor-file.js";
import { temporaryFolder } from "../temporary-folder.fixture.js";
import { pythonWithTorch } from "./python-with-torch.fixture.js";

const file = temporaryFolder();
const script = fileURLToPath(new URL("./save_checkpoints.fixture.py", import.meta.url));

interface SeenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The elements in row-major order. */
  readonly hex: string;
}

// Importing PyTorch takes long while others use the machine.
const timeout = 300_000;

describe.skipIf(pythonWithTorch === undefined).each(["zip", "legacy"])(
  "%s files written by real PyTorch (skipped without python3-torch or $COLLM_PYTHON)",
  (format) => {
    const open = (name: string) => openTensorFile(file(`${name}.${format}.pth`));

    beforeAll(() => {
      if (pythonWithTorch === undefined) return;
      const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", OMP_NUM_THREADS: "1" };
      const run = spawnSync(pythonWithTorch, ["-W", "ignore", script, file("")], {
        env,
        encoding: "utf8",
      });
      if (run.status !== 0) throw new Error(run.stderr);
    }, timeout);

    it.each([
      ["dtypes", "at the top"],
      ["views", 'under "model_state_dict"'],
      ["protocol-4", 'under "state_dict", prefix "module." removed'],
      ["training", 'under "model", prefix "module." removed'],
      ["kinds", "at the top"],
    ])("hold what PyTorch sees: %s", async (name, place) => {
      const expected: Record<string, SeenTensor> = JSON.parse(
        readFileSync(file(`${name}.json`), "utf8"),
      );
      const source = await open(name);
      expect(source.description).toMatch(new RegExp(`${place}$`));
      expect(source.names()).toEqual(Object.keys(expected));
      for (const [tensorName, { dtype, shape, hex }] of Object.entries(expected)) {
        const tensor = await source.read(tensorName);
        expect(tensor).toMatchObject({ dtype, shape });
        const { buffer, byteOffset, byteLength } = tensor.data;
        expect(Buffer.from(buffer, byteOffset, byteLength).toString("hex")).toBe(hex);
      }
      await source.close();
    });

    it.each([
      ["sparse", "torch._utils._rebuild_sparse_tensor"],
      ["quantized", "torch._utils._rebuild_qtensor"],
      ["complex", "a tensor over a storage of torch.ComplexFloatStorage"],
    ])("name the %s tensor as one that is not read", async (name, found) => {
      const source = await open("kinds");
      await expect(source.read(name)).rejects.toThrow(`found ${name} as ${found}`);
      await source.close();
    });

    it("are refused when they hold a whole network", async () => {
      await expect(open("network")).rejects.toThrow(
        "found torch.nn.modules.container.Sequential as the saved object, expected a dict of tensors",
      );
    });
  },
);
