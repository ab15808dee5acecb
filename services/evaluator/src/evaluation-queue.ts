import { CollmError } from "@collm/errors";

/** How full a queue is. */
export interface QueueLoad {
  readonly running: number;
  readonly waiting: number;
}

/**
 * Lets a bounded number of pieces of work run and a bounded number wait, in order of arrival. What
 * comes on top is refused, so that callers learn about overload at once instead of by a timeout.
 */
export class EvaluationQueue {
  readonly #slots: number;
  readonly #maxWaiting: number;
  readonly #onChange: (load: QueueLoad) => void;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: {
    /** What may run at once. */
    readonly slots: number;
    /** What may wait besides. */
    readonly maxWaiting: number;
    readonly onChange?: (load: QueueLoad) => void;
  }) {
    this.#slots = options.slots;
    this.#maxWaiting = options.maxWaiting;
    this.#onChange = options.onChange ?? (() => undefined);
  }

  get load(): QueueLoad {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /**
   * Runs `work` when its turn comes, and tells it whether it had to wait. Throws `resource-exhausted` when too many wait, and the
   * signal's reason when it aborts before the turn.
   */
  async run<T>(signal: AbortSignal, work: (hasWaited: boolean) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const hasWaited = this.#running >= this.#slots;
    if (hasWaited) await this.#turn(signal);
    else this.#running++;
    this.#onChange(this.load);
    try {
      return await work(hasWaited);
    } finally {
      const next = this.#waiting.shift();
      // The slot goes to the next in line without becoming free.
      if (next) next();
      else this.#running--;
      this.#onChange(this.load);
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new CollmError(
        "resource-exhausted",
        `evaluation queue: ${this.#running} evaluations run and ${this.#waiting.length} wait, ` +
          `allowed to wait are ${this.#maxWaiting}`,
      );
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        this.#onChange(this.load);
        reject(signal.reason);
      };
      this.#waiting.push(start);
      this.#onChange(this.load);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
