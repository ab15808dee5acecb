import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** `$COLLM_PYTHON` or the system's Python, if it has the module; undefined where neither does. */
export function pythonWith(module: string): string | undefined {
  return [process.env.COLLM_PYTHON, "/usr/bin/python3"].find(
    (path) =>
      path !== undefined &&
      existsSync(path) &&
      spawnSync(path, ["-c", `import ${module}`]).status === 0,
  );
}
