import { setTimeout as delay } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import type { ServiceName } from "./service-entry.js";
import { ServiceProcess, type ServiceProcessOptions } from "./service-process.js";

const maxRestarts = 3;
const firstBackoffMs = 200;

export interface SupervisorEvents {
  /** A service died and was started again on its old port. */
  readonly onRestart: (name: ServiceName, how: string, attempt: number) => void;
}

/**
 * Keeps one service alive: restarted on the same port, so that nobody has to learn a new
 * address, at most three times with growing pauses.
 */
export class Supervised {
  readonly #options: ServiceProcessOptions;
  readonly #events: SupervisorEvents;
  #process: ServiceProcess;
  readonly #stopping = new AbortController();
  #watch: Promise<void>;
  /** Rejects when the service could not be kept alive; never resolves otherwise. */
  readonly givenUp: Promise<never>;

  private constructor(
    options: ServiceProcessOptions,
    events: SupervisorEvents,
    first: ServiceProcess,
  ) {
    this.#options = options;
    this.#events = events;
    this.#process = first;
    let giveUp: (error: unknown) => void = () => {};
    this.givenUp = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    // Whoever races against it handles it; nobody may be racing yet.
    this.givenUp.catch(() => {});
    this.#watch = this.#keepAlive().catch(giveUp);
  }

  static async start(
    options: ServiceProcessOptions,
    events: SupervisorEvents,
  ): Promise<Supervised> {
    return new Supervised(options, events, await ServiceProcess.start(options));
  }

  get address(): string {
    return `127.0.0.1:${this.#process.port}`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#process.stop(graceMs);
    await this.#watch;
  }

  async #keepAlive(): Promise<void> {
    const { port } = this.#process;
    const env = { ...this.#options.env, COLLM_PORT: String(port) };
    const { signal } = this.#stopping;
    for (let restarts = 0; ; ) {
      let how = await this.#process.exited;
      for (;;) {
        if (signal.aborted) return;
        if (restarts === maxRestarts) {
          throw new CollmError(
            "unavailable",
            `${this.#options.name} died ${restarts + 1} times (last: ${how}), see ${this.#options.logFile}`,
          );
        }
        await delay(firstBackoffMs * 2 ** restarts++);
        if (signal.aborted) return;
        try {
          this.#process = await ServiceProcess.start({ ...this.#options, env }, signal);
          break;
        } catch (error) {
          how = CollmError.from(error).message;
        }
      }
      // It was ready in the moment of the stop, which ended only the process before it.
      if (signal.aborted) return this.#process.stop(0);
      this.#events.onRestart(this.#options.name, how, restarts);
    }
  }
}
