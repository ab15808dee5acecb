import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseServiceMessage } from "@collm/rpc";

export type ServiceName = "navigator" | "generator" | "coordinator" | "evaluator";

export interface ServiceOptions {
  readonly name: ServiceName;
  /** Settings, `COLLM_…`; nothing of the caller's own settings is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** What the program is run through, e.g. `["ip", "netns", "exec", NAME]`. */
  readonly through?: readonly string[];
}

/** The program and arguments that run a service, compiled (`scripts/compile.ts`). */
function serviceCommand(name: ServiceName): readonly string[] {
  const entry = new URL(`../../services/${name}/dist/main.js`, import.meta.url);
  return [process.execPath, fileURLToPath(entry)];
}

/**
 * A service as its own process on loopback, which is started again on its port whenever it dies, as
 * a cluster does. It ends with this process, whose end of the channel then closes.
 */
export class Service {
  readonly name: ServiceName;
  readonly #options: ServiceOptions;
  #child: ChildProcess;
  #port = 0;
  #ready: Promise<void>;
  #isStopping = false;
  /** Ends that this side asked for. */
  readonly #expected = new WeakSet<ChildProcess>();
  readonly #unexpectedEnds: string[] = [];

  private constructor(options: ServiceOptions) {
    this.name = options.name;
    this.#options = options;
    [this.#child, this.#ready] = this.#spawn();
  }

  /** Starts it and waits until it listens. */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    await service.ready();
    return service;
  }

  /** `HOST:PORT` of its gRPC. */
  get address(): string {
    return `${this.#options.env.COLLM_HOST ?? "127.0.0.1"}:${this.#port}`;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} has no process`);
    return this.#child.pid;
  }

  /** How it ended although nobody ended it, since the last call. */
  takeUnexpectedEnds(): readonly string[] {
    return this.#unexpectedEnds.splice(0);
  }

  /** Resolves when it listens, after a restart too. */
  async ready(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.#ready) {
      seen = this.#ready;
      await seen;
    }
  }

  /** Ends it as the kernel would and waits until its successor listens. */
  async kill(): Promise<void> {
    await this.#ended(this.#child, "SIGKILL");
    await this.ready();
  }

  /** Ends it in order and waits until it has gone; its successor is started at once. */
  async replace(): Promise<void> {
    await this.#ended(this.#child, "SIGTERM");
  }

  /** `SIGSTOP` or `SIGCONT` to the process of the moment. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  async stop(graceMs = 10_000): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await this.#ended(child, "SIGTERM");
    clearTimeout(timer);
  }

  async #ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    this.#expected.add(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    // A frozen process would not see the signal that asks it to end.
    child.kill("SIGCONT");
    await ended;
  }

  #spawn(): [ChildProcess, Promise<void>] {
    const { name, env, logFile, through = [] } = this.#options;
    const [program = "", ...args] = [...through, ...serviceCommand(name)];
    const log = openSync(logFile, "a");
    const port = this.#port === 0 ? (env.COLLM_PORT ?? "0") : String(this.#port);
    const child = spawn(program, args, {
      env: {
        ...withoutCollm(process.env),
        COLLM_METRICS_PORT: "off",
        ...env,
        COLLM_PORT: port,
      },
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    const ready = new Promise<void>((resolve, reject) => {
      child.once("message", (sent) => {
        const message = parseServiceMessage(sent);
        if (message?.kind === "ready") {
          this.#port = message.port;
          resolve();
        } else if (message?.code === "unavailable") {
          // Its neighbours are away: it ends and is started again until they are back.
          this.#expected.add(child);
        } else {
          // What is wrong with it would be wrong again.
          this.#isStopping = true;
          reject(new Error(message?.message ?? `${name} sent an unknown message`));
        }
      });
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        // Without a word: it did not even begin.
        if (code !== null && code > 1) this.#isStopping = true;
        this.#succeed(child, signal ?? `exit code ${code}`, resolve);
        reject(new Error(`${name} ended with exit code ${code}, see ${logFile}`));
      });
    });
    // Whoever asks for it is told; one that dies before is started again all the same.
    ready.catch(() => undefined);
    return [child, ready];
  }

  /** The next process takes the place of one that ended. */
  #succeed(child: ChildProcess, how: string, resolve: () => void): void {
    if (!this.#expected.has(child)) this.#unexpectedEnds.push(`${this.name} ended: ${how}`);
    if (this.#isStopping) return;
    [this.#child, this.#ready] = this.#spawn();
    // Whoever waited for the one that ended goes on to wait for this one.
    resolve();
  }
}

function withoutCollm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("COLLM_")));
}
