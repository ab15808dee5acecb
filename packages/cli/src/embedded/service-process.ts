import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { CollmError, type ErrorCode } from "@collm/errors";
import { parseServiceMessage } from "@collm/rpc";
import { nodeArguments, type ServiceName } from "./service-entry.js";

export interface ServiceProcessOptions {
  readonly name: ServiceName;
  /** The file that Node runs. */
  readonly entry: string;
  /** Environment of the service, on top of the parent's. */
  readonly env: Readonly<Record<string, string>>;
  /** Structured logs go here. */
  readonly logFile: string;
  readonly startTimeoutMs: number;
}

/**
 * A service as a child process on loopback. The IPC channel is the life line: when the parent
 * dies, however it dies, the channel closes and the child exits.
 */
export class ServiceProcess {
  readonly name: ServiceName;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly exited: Promise<string>;

  private constructor(
    name: ServiceName,
    port: number,
    child: ChildProcess,
    exited: Promise<string>,
  ) {
    this.name = name;
    this.port = port;
    this.#child = child;
    this.exited = exited;
  }

  /** Starts the service and waits until it listens; `signal` ends it while it does not. */
  static async start(
    options: ServiceProcessOptions,
    signal?: AbortSignal,
  ): Promise<ServiceProcess> {
    const log = openSync(options.logFile, "a");
    const child = fork(options.entry, [], {
      execArgv: nodeArguments(options.entry),
      env: { ...process.env, ...options.env },
      stdio: ["ignore", log, log, "ipc"],
      // Of its own process group: Ctrl-C reaches the parent alone, which stops services in order.
      detached: true,
    });
    closeSync(log);
    const exited = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once("error", (error) => resolve(error.message));
    });
    const kill = (): void => void child.kill("SIGKILL");
    signal?.addEventListener("abort", kill, { once: true });
    try {
      const port = await portOf(child, exited, options);
      return new ServiceProcess(options.name, port, child, exited);
    } catch (error) {
      kill();
      throw error;
    } finally {
      signal?.removeEventListener("abort", kill);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks the service to drain; it is killed if it has not gone within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
  }
}

function portOf(
  child: ChildProcess,
  exited: Promise<string>,
  { name, logFile, startTimeoutMs }: ServiceProcessOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (code: ErrorCode, why: string): void => {
      reject(new CollmError(code, why));
    };
    const timer = setTimeout(
      () =>
        fail(
          "deadline-exceeded",
          `${name} did not listen within ${startTimeoutMs} ms, see ${logFile}`,
        ),
      startTimeoutMs,
    );
    child.once("message", (sent) => {
      clearTimeout(timer);
      const message = parseServiceMessage(sent);
      if (message === undefined) fail("internal", `${name} sent an unknown message`);
      else if (message.kind === "ready") resolve(message.port);
      else fail(message.code, message.message);
    });
    void exited.then((how) => {
      clearTimeout(timer);
      fail("unavailable", `${name} ended before it listened (${how}), see ${logFile}`);
    });
  });
}
