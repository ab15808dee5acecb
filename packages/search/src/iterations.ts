import { type IterationRecord, isClosed } from "./iteration-record.js";
import { type IterationTally, noTally, tallied } from "./iteration-tally.js";

/**
 * The rounds of a search: an immutable list that grows, and whose open rounds change, in time that does
 * not depend on its length. All versions grown from one another share the array of the leading
 * rounds that are closed, which never change again; only growing an old version copies it. A fold
 * that copied an array at each event would take time quadratic in the journal's length, as would
 * one that counted all rounds again.
 */
export class Iterations implements Iterable<IterationRecord> {
  static readonly empty = new Iterations([], 0, [], noTally);

  /** Closed rounds; holds more than `#closedCount` once a newer version has grown. */
  readonly #closed: IterationRecord[];
  readonly #closedCount: number;
  /** The others from the first open one on, and the last in any case. */
  readonly #tail: readonly IterationRecord[];
  readonly #closedTally: IterationTally;
  #tally: IterationTally | undefined;

  private constructor(
    closed: IterationRecord[],
    closedCount: number,
    tail: readonly IterationRecord[],
    closedTally: IterationTally,
  ) {
    this.#closed = closed;
    this.#closedCount = closedCount;
    this.#tail = tail;
    this.#closedTally = closedTally;
  }

  get length(): number {
    return this.#closedCount + this.#tail.length;
  }

  get last(): IterationRecord | undefined {
    return this.#tail.at(-1);
  }

  /** What all rounds amount to. */
  get tally(): IterationTally {
    this.#tally ??= this.#tail.reduce(tallied, this.#closedTally);
    return this.#tally;
  }

  /** This list with one more round; this one stays as it is. */
  with(record: IterationRecord): Iterations {
    return this.#withTail([...this.#tail, record]);
  }

  /**
   * This list with another round in place `index`; this one stays as it is.
   *
   * @throws RangeError where no round is, or one that is closed and has another behind it.
   */
  withAt(index: number, record: IterationRecord): Iterations {
    const place = index - this.#closedCount;
    if (place < 0 || place >= this.#tail.length) {
      throw new RangeError(`iteration ${index + 1} is over or has not begun`);
    }
    return this.#withTail(this.#tail.with(place, record));
  }

  #withTail(tail: readonly IterationRecord[]): Iterations {
    const firstOpen = tail.findIndex((record) => !isClosed(record));
    const over = tail.slice(0, firstOpen === -1 ? tail.length - 1 : firstOpen);
    if (over.length === 0 || over.length === tail.length) {
      return new Iterations(this.#closed, this.#closedCount, tail, this.#closedTally);
    }
    const isNewest = this.#closed.length === this.#closedCount;
    const closed = isNewest ? this.#closed : this.#closed.slice(0, this.#closedCount);
    closed.push(...over);
    return new Iterations(
      closed,
      this.#closedCount + over.length,
      tail.slice(over.length),
      over.reduce(tallied, this.#closedTally),
    );
  }

  at(place: number): IterationRecord | undefined {
    const index = place < 0 ? this.length + place : place;
    return index < this.#closedCount ? this.#closed[index] : this.#tail[index - this.#closedCount];
  }

  /** As of an array. */
  slice(start = 0, end = this.length): readonly IterationRecord[] {
    const from = start < 0 ? Math.max(0, this.length + start) : start;
    const to = end < 0 ? this.length + end : end;
    const count = this.#closedCount;
    const closed = this.#closed.slice(from, Math.max(0, Math.min(to, count)));
    const tail = this.#tail.slice(Math.max(0, from - count), Math.max(0, to - count));
    return [...closed, ...tail];
  }

  [Symbol.iterator](): Iterator<IterationRecord> {
    return this.slice()[Symbol.iterator]();
  }

  map<T>(change: (record: IterationRecord, index: number) => T): T[] {
    return this.slice().map(change);
  }

  flatMap<T>(change: (record: IterationRecord, index: number) => readonly T[]): T[] {
    return this.slice().flatMap(change);
  }

  filter(isWanted: (record: IterationRecord) => boolean): IterationRecord[] {
    return this.slice().filter(isWanted);
  }

  some(isWanted: (record: IterationRecord) => boolean): boolean {
    return this.slice().some(isWanted);
  }
}
