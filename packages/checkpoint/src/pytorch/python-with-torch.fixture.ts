import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Python with PyTorch (Debian: python3-torch), or undefined where there is none. */
function findPython(): string | undefined {
  const candidates = [process.env.COLLM_PYTHON, "/usr/bin/python3"];
  return candidates.find(
    (path) =>
      path !== undefined &&
      existsSync(path) &&
      spawnSync(path, ["-c", "import numpy, torch"]).status === 0,
  );
}

export const pythonWithTorch = findPython();
