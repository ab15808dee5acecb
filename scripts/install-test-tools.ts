/**
 * Programs that some tests want besides Node: `verify` calls this first. As root on Debian they are
 * installed; otherwise it says what to install. It never fails: tests skip what is not there.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

interface Tool {
  /** Debian's package. */
  readonly name: string;
  readonly purpose: string;
  isPresent(): boolean;
}

const tools: readonly Tool[] = [
  {
    name: "python3-onnx",
    purpose: "ONNX's own checker on the models we write",
    isPresent: () =>
      [process.env.COLLM_PYTHON, "/usr/bin/python3"].some(
        (python) => python && spawnSync(python, ["-c", "import onnx"]).status === 0,
      ),
  },
  {
    name: "python3-pil",
    purpose: "our resampling and decoding against Pillow itself",
    isPresent: () =>
      [process.env.COLLM_PYTHON, "/usr/bin/python3"].some(
        (python) => python && spawnSync(python, ["-c", "import PIL"]).status === 0,
      ),
  },
  {
    name: "chromium",
    purpose: "the report in a real browser",
    isPresent: () => existsSync(process.env.COLLM_CHROMIUM ?? "/usr/bin/chromium"),
  },
];

/** Installs what is missing, or says what is. */
export function installTestTools(): void {
  const missing = tools.filter((tool) => !tool.isPresent());
  if (missing.length === 0) return;
  const names = missing.map((tool) => tool.name);
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log(`installing ${names.join(", ")} for tests`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args: string[]) =>
      spawnSync("apt-get", ["-qq", ...args], { env, encoding: "utf8" });
    apt("update");
    const { status, stderr } = apt("install", "-y", "--no-install-recommends", ...names);
    if (status !== 0) console.log(stderr.trim());
  }
  for (const tool of missing.filter(({ isPresent }) => !isPresent())) {
    console.log(`skipped without Debian's ${tool.name}: ${tool.purpose}`);
  }
}
