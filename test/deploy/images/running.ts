import type { ChildProcess } from "node:child_process";

/** The process of an image that runs, and all that it said. */
export class Running {
  /** Standard output and error. */
  said = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string>;
  readonly #listeners = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (piece: string) => {
        this.said += piece;
        for (const listener of this.#listeners) listener();
      });
    }
    this.#ended = new Promise((resolve) => {
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** `HOST:PORT` of a service's gRPC, when it is ready; throws if it ends before. */
  address(): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const port = /"port":(\d+)[^\n]*"msg":"ready"/u.exec(this.said)?.[1];
        if (port === undefined) return;
        this.#listeners.delete(look);
        resolve(`127.0.0.1:${port}`);
      };
      this.#listeners.add(look);
      look();
      void this.#ended.then((how) => reject(new Error(`ended with ${how}: ${this.said}`)));
    });
  }

  /** Exit code, or the signal that ended it. */
  ended(): Promise<number | string> {
    return this.#ended;
  }

  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
