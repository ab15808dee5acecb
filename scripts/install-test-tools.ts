/**
 * Programs that some tests want besides Node: `verify` calls this first. As root on Debian they are
 * installed; otherwise it says what to install. It never fails: tests skip what is not there.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Tool {
  /** Debian's package. */
  readonly name: string;
  readonly purpose: string;
  /** Set where installing it would start a service of the machine: it is only unpacked. */
  readonly isUnpacked?: boolean;
  isPresent(): boolean;
}

/** Where packages are unpacked. */
const unpacked = fileURLToPath(new URL("../.cache/test-tools/", import.meta.url));

const tools: readonly Tool[] = [
  pythonModule("onnx", "python3-onnx", "ONNX's own checker on the models we write"),
  pythonModule("PIL", "python3-pil", "our resampling and decoding against Pillow itself"),
  pythonModule("torch", "python3-torch", "checkpoints that PyTorch itself wrote"),
  {
    name: "nats-server",
    purpose: "the work queue, its store and its journals against a real server",
    isPresent: () =>
      ["nats-server", "/usr/sbin/nats-server"].some(
        (program) => spawnSync(program, ["--version"]).status === 0,
      ),
  },
  {
    name: "bubblewrap",
    purpose: "the laptop overlay's pods as processes in sandboxes",
    isPresent: () => spawnSync("bwrap", ["--version"]).status === 0,
  },
  {
    name: "openssl",
    purpose: "certificates of mutual TLS",
    isPresent: () => spawnSync("openssl", ["version"]).status === 0,
  },
  {
    name: "prometheus",
    purpose: "metrics, alerts and dashboards against a real Prometheus",
    isUnpacked: true,
    isPresent: () =>
      ["/usr/bin/", `${unpacked}prometheus/usr/bin/`].some(
        (folder) => spawnSync(`${folder}promtool`, ["--version"]).status === 0,
      ),
  },
  {
    name: "chromium",
    purpose: "the report in a real browser",
    isPresent: () => existsSync(process.env.COLLM_CHROMIUM ?? "/usr/bin/chromium"),
  },
];

/** Not Debian's: its package of Debian 12 is 1.20, which does not know kustomize's components. */
const kubectl = {
  purpose: "the Kubernetes manifests, rendered",
  isPresent: () => {
    const { stdout } = spawnSync(process.env.COLLM_KUBECTL ?? "kubectl", ["version", "--client"], {
      encoding: "utf8",
    });
    return Number(/v1\.(\d+)/.exec(stdout ?? "")?.[1]) >= 21;
  },
};

/** A module for `$COLLM_PYTHON` or the system's Python. */
function pythonModule(module: string, name: string, purpose: string): Tool {
  const pythons = [process.env.COLLM_PYTHON, "/usr/bin/python3"];
  return {
    name,
    purpose,
    isPresent: () =>
      pythons.some(
        (python) => python && spawnSync(python, ["-c", `import ${module}`]).status === 0,
      ),
  };
}

/** Installs what is missing, or says what is. */
export function installTestTools(): void {
  if (!kubectl.isPresent())
    console.log(`skipped without kubectl 1.21 or newer: ${kubectl.purpose}`);
  const missing = tools.filter((tool) => !tool.isPresent());
  if (missing.length === 0) return;
  if (existsSync("/usr/bin/apt-get")) {
    console.log(`installing ${missing.map((tool) => tool.name).join(", ")} for tests`);
    if (process.getuid?.() === 0) install(missing.filter(({ isUnpacked }) => !isUnpacked));
    for (const tool of missing.filter(({ isUnpacked }) => isUnpacked)) unpack(tool);
  }
  for (const tool of missing.filter(({ isPresent }) => !isPresent())) {
    console.log(`skipped without Debian's ${tool.name}: ${tool.purpose}`);
  }
}

function install(wanted: readonly Tool[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) =>
    spawnSync("apt-get", ["-qq", ...args], { env, encoding: "utf8" });
  apt("update");
  if (wanted.length === 0) return;
  const names = wanted.map((tool) => tool.name);
  const { status, stderr } = apt("install", "-y", "--no-install-recommends", ...names);
  if (status !== 0) console.log(stderr.trim());
}

/** Downloads a package and unpacks it, which needs no root. */
function unpack({ name }: Tool): void {
  mkdirSync(unpacked, { recursive: true });
  const script = 'apt-get -qq download "$1" && dpkg -x "$1"_*.deb "$1" && rm "$1"_*.deb';
  spawnSync("sh", ["-c", script, "sh", name], { cwd: unpacked });
}
