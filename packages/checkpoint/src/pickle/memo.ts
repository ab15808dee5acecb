import type { PickleValue } from "./value.js";

/** How many settled dicts a text outlives that nobody asked for. */
const textGenerations = 16;

/**
 * What a pickle remembers, by slot. Picklers remember every text and container they write, so that a
 * file of many records would be in memory as a whole. Therefore slots age each time a dict is settled
 * (see `PickleWorld.settle`): containers are forgotten after two more, texts that nobody asked for after
 * 16. What was asked for by a later record stays, as do all texts up to the first settled dict: names of
 * fields are written there once.
 */
export class PickleMemo {
  readonly #kept = new Map<number, PickleValue>();
  /** Newest last; slots that were filled between two settled dicts. */
  readonly #generations: Map<number, PickleValue>[] = [new Map()];
  #newest = this.#generations[0] as Map<number, PickleValue>;
  #next = 0;
  #forgotten = 0;
  #hasSettled = false;

  /** The slot that is filled when none is named. */
  get next(): number {
    return this.#next;
  }

  /** Slots that were forgotten, which take no memory. */
  get forgotten(): number {
    return this.#forgotten;
  }

  set(slot: number, value: PickleValue): void {
    this.#newest.set(slot, value);
    if (slot >= this.#next) this.#next = slot + 1;
  }

  /** Undefined for a slot that was not filled, or was forgotten. */
  get(slot: number): PickleValue | undefined {
    const newest = this.#newest.get(slot);
    if (newest !== undefined) return newest;
    for (let i = this.#generations.length - 2; i >= 0; i -= 1) {
      const generation = this.#generations[i];
      const value = generation?.get(slot);
      if (value === undefined) continue;
      generation?.delete(slot);
      this.#kept.set(slot, value);
      return value;
    }
    return this.#kept.get(slot);
  }

  /** Lets slots age. */
  settle(): void {
    if (!this.#hasSettled) this.#keepTexts();
    this.#hasSettled = true;
    this.#newest = new Map();
    this.#generations.push(this.#newest);
    const aged = this.#generations.at(-4);
    for (const [slot, value] of aged ?? []) {
      if (typeof value === "string") continue;
      aged?.delete(slot);
      this.#forgotten += 1;
    }
    if (this.#generations.length > textGenerations) {
      this.#forgotten += this.#generations.shift()?.size ?? 0;
    }
  }

  #keepTexts(): void {
    for (const [slot, value] of this.#newest) {
      if (typeof value !== "string") continue;
      this.#newest.delete(slot);
      this.#kept.set(slot, value);
    }
  }
}
