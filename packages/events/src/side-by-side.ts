/** Lets work run side by side, or alone; who wants to be alone is not overtaken by others. */
export class SideBySide {
  readonly #running = new Set<Promise<unknown>>();
  #alone: Promise<void> = Promise.resolve();
  #aloneCount = 0;

  /** Runs `work` beside others, once nobody is alone or waits to be. */
  async together<T>(work: () => Promise<T>): Promise<T> {
    while (this.#aloneCount > 0) await this.#alone;
    const running = work();
    const settled = running.catch(() => undefined).finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return await running;
  }

  /** Runs `work` when nothing else runs, and nothing beside it. */
  async alone(work: () => Promise<void>): Promise<void> {
    const before = this.#alone;
    this.#aloneCount++;
    const turn = (async () => {
      await before;
      await Promise.all(this.#running);
      try {
        await work();
      } finally {
        this.#aloneCount--;
      }
    })();
    this.#alone = turn.catch(() => undefined);
    await turn;
  }
}
