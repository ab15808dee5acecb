import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The program, from `$COLLM_NATS_SERVER` or the path; undefined where there is none. */
export function findNatsServer(): string | undefined {
  const candidates = [process.env.COLLM_NATS_SERVER, "nats-server", "/usr/sbin/nats-server"];
  return candidates.find(
    (program) => program && spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0,
  );
}

export interface TestNatsOptions {
  /** Address of this machine that it listens on. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Configuration file; what is said here of addresses and folders wins. Default: JetStream and nothing else. */
  readonly config?: string | undefined;
  /** Further arguments, as `--tls`. */
  readonly args?: readonly string[] | undefined;
  /** Variables that the configuration refers to. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A nats-server with JetStream on a free port of this machine, and a folder of its own. */
export class TestNatsServer {
  readonly #program: string;
  readonly #folder: string;
  readonly #options: TestNatsOptions;
  readonly #host: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(
    program: string,
    folder: string,
    options: TestNatsOptions,
    host: string,
    port: number,
  ) {
    this.#program = program;
    this.#folder = folder;
    this.#options = options;
    this.#host = host;
    this.#port = port;
  }

  /** Throws where no nats-server is installed; ask `findNatsServer` first. */
  static async start(options: TestNatsOptions = {}): Promise<TestNatsServer> {
    const { host = "127.0.0.1" } = options;
    const program = findNatsServer();
    if (!program) throw new Error("nats-server is not installed (Debian: nats-server)");
    const folder = await mkdtemp(join(tmpdir(), "collm-nats-"));
    const server = new TestNatsServer(program, folder, options, host, await freePort(host));
    await server.restart();
    return server;
  }

  get url(): string {
    return `nats://${this.#host}:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it with what its folder holds; kills one that runs. */
  async restart(): Promise<void> {
    await this.kill();
    const { config, args = [], env } = this.#options;
    const child = spawn(
      this.#program,
      [
        ...(config === undefined ? ["-js"] : ["-c", config, "-m", "-1"]),
        ...["-a", this.#host, "-p", String(this.#port), "-sd", this.#folder, ...args],
      ],
      { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } },
    );
    this.#process = child;
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
    await new Promise<void>((resolve, reject) => {
      const seen: string[] = [];
      lines.on("line", (line) => {
        seen.push(line);
        if (line.includes("Server is ready")) resolve();
      });
      child.once("exit", () => reject(new Error(`nats-server ended: ${seen.slice(-3).join(" ")}`)));
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** Stops answering without closing a connection, and goes on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(signal);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(host: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
