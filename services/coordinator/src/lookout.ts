import { sleep } from "@collm/rpc";

/** Something that is waited for and that a lost message may have told of. */
export interface Watched {
  /** Without I/O, at each round; throws what ends the waiting. */
  check(nowMs: number): void;
  /** Looks where the answer would lie. */
  look(): Promise<void>;
  /** Told what `check` or `look` threw; it is watched no longer. */
  fail(error: unknown): void;
}

interface Watch {
  readonly watched: Watched;
  beganMs: number;
  /** How long after that the next look is due. */
  dueMs: number;
}

/** A look costs round trips, and what was not missed at first seldom is later. */
const maxPauseMs = 30_000;

/**
 * Looks after everything that is waited for, in one loop: first after one round, then ever more
 * seldom, each pause twice the last, up to half a minute. Hundreds of waiters that each asked once
 * a second would keep the server busy with nothing.
 */
export class Lookout {
  readonly #roundMs: number;
  readonly #watches = new Map<Watched, Watch>();
  readonly #closed = new AbortController();
  #isRunning = false;

  /** @param roundMs pause between rounds, in milliseconds. */
  constructor(roundMs: number) {
    this.#roundMs = roundMs;
  }

  add(watched: Watched): void {
    const watch = { watched, beganMs: performance.now(), dueMs: this.#roundMs };
    this.#watches.set(watched, watch);
    if (!this.#isRunning) void this.#run();
  }

  remove(watched: Watched): void {
    this.#watches.delete(watched);
  }

  /** Messages may just have been lost: everything is looked at in the next round. */
  hurry(): void {
    const now = performance.now();
    for (const watch of this.#watches.values()) {
      watch.beganMs = now;
      watch.dueMs = 0;
    }
  }

  close(): void {
    this.#closed.abort();
  }

  /** While anything is watched. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    const { signal } = this.#closed;
    while (this.#watches.size > 0 && !signal.aborted) {
      await sleep(this.#roundMs, signal).catch(() => undefined);
      if (signal.aborted) break;
      // Together, so that a server that is away is waited for once.
      await Promise.all([...this.#watches.values()].map((watch) => this.#attend(watch)));
    }
    this.#isRunning = false;
  }

  async #attend(watch: Watch): Promise<void> {
    const { watched } = watch;
    try {
      const now = performance.now();
      watched.check(now);
      const age = now - watch.beganMs;
      if (age < watch.dueMs) return;
      watch.dueMs = age + Math.min(Math.max(age, this.#roundMs), maxPauseMs);
      await watched.look();
    } catch (error) {
      this.remove(watched);
      watched.fail(error);
    }
  }
}
