import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Python with the `onnx` module (Debian: python3-onnx), or undefined where there is none. */
function findPython(): string | undefined {
  const candidates = [process.env.COLLM_PYTHON, "/usr/bin/python3"];
  return candidates.find(
    (path) =>
      path !== undefined && existsSync(path) && spawnSync(path, ["-c", "import onnx"]).status === 0,
  );
}

export const pythonWithOnnx = findPython();

/** Runs ONNX's own checker, with shape inference, on a model; gives its complaint, "" if there is none. */
export function complaintsOfOfficialChecker(model: Uint8Array): string {
  if (pythonWithOnnx === undefined) throw new Error("no Python with the onnx module");
  const program = [
    "import sys, onnx",
    "model = onnx.load_model_from_string(sys.stdin.buffer.read())",
    "onnx.checker.check_model(model, full_check=True)",
  ].join("\n");
  const run = spawnSync(pythonWithOnnx, ["-c", program], { input: model, encoding: "utf8" });
  return run.stderr;
}
