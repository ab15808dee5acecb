/** An amount per minute that fills up steadily and may be spent ahead by what it holds. */
export class TokenBucket {
  readonly #perMinute: number;
  #level: number;
  #atMs: number;

  /** @param perMinute how much comes in a minute, and the most that it holds; above 0 */
  constructor(perMinute: number, nowMs: number) {
    this.#perMinute = perMinute;
    this.#level = perMinute;
    this.#atMs = nowMs;
  }

  /** Milliseconds until `amount` can be taken. More than it ever holds waits until it is full. */
  waitMs(amount: number, nowMs: number): number {
    this.#fill(nowMs);
    const missing = Math.min(amount, this.#perMinute) - this.#level;
    // Sums of fractions leave a rest that nobody can wait for.
    return missing < 1e-6 ? 0 : Math.ceil((missing / this.#perMinute) * 60_000);
  }

  /** Takes an amount, or gives back a negative one; a debt is paid before anything else is taken. */
  take(amount: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#level = Math.min(this.#perMinute, this.#level - amount);
  }

  #fill(nowMs: number): void {
    const minutes = Math.max(0, nowMs - this.#atMs) / 60_000;
    this.#level = Math.min(this.#perMinute, this.#level + minutes * this.#perMinute);
    this.#atMs = nowMs;
  }
}
