import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The manifest of the supernet without weights. */
export const landscapeManifest = join(root, "test/fixtures/landscape.yaml");
/** The digits supernet. */
export const digitsManifest = join(root, "packages/demo/digits.yaml");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * How a test runs `collm`: compiled, as containers do, or from source, as `pnpm collm` does. A
 * process from source takes more than twice the processor time, so only one test does it.
 */
const nodeArguments = {
  compiled: [join(root, "packages/cli/dist/main.js")],
  source: [
    ...["--conditions=@collm/source", "--import", import.meta.resolve("tsx")],
    join(root, "packages/cli/src/main.ts"),
  ],
} as const;

/** A running `collm` command. */
export interface Collm {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** A scratch directory with an evaluation store of its own; removed by `remove`. */
export class Workspace {
  readonly path: string;
  /** Variables of the commands started from here on. */
  env: Readonly<Record<string, string>> = {};
  /** What the commands started from here on run from. */
  runsFrom: keyof typeof nodeArguments = "compiled";

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), "collm-test-")));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Starts `collm ...args` in this workspace, as a user's shell would. */
  start(...args: readonly string[]): Collm {
    const child = spawn(process.execPath, [...nodeArguments[this.runsFrom], ...args], {
      cwd: this.path,
      env: { ...withoutCollm(process.env), COLLM_HOME: this.file("home"), ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const collect = (stream: NodeJS.ReadableStream | null): (() => string) => {
      let text = "";
      stream?.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      return () => text;
    };
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    const finished = new Promise<Finished>((resolve) => {
      child.once("close", (code, signal) => {
        resolve({ code, signal, stdout: stdout(), stderr: stderr() });
      });
    });
    return { child, finished };
  }

  /** Runs `collm ...args` to its end. */
  run(...args: readonly string[]): Promise<Finished> {
    return this.start(...args).finished;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** The caller's own COLLM_ settings must not change what is tested. */
function withoutCollm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("COLLM_")));
}
