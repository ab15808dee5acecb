import { type IterationTally, noTally, tallied } from "./iteration-tally.js";
import type { IterationRecord } from "./state.js";

/**
 * The rounds of a search: an immutable list that grows, and whose last element changes, in constant
 * time. All versions grown from one another share the array of what lies before their last; only
 * growing an old version copies it. A fold that copied an array at each event would take time
 * quadratic in the journal's length, as would one that counted all rounds again.
 */
export class Iterations implements Iterable<IterationRecord> {
  static readonly empty = new Iterations([], 0, undefined, noTally);

  /** Rounds before the last; holds more than `#earlierCount` once a newer version has grown. */
  readonly #earlier: IterationRecord[];
  readonly #earlierCount: number;
  readonly #last: IterationRecord | undefined;
  readonly #earlierTally: IterationTally;
  #tally: IterationTally | undefined;

  private constructor(
    earlier: IterationRecord[],
    earlierCount: number,
    last: IterationRecord | undefined,
    earlierTally: IterationTally,
  ) {
    this.#earlier = earlier;
    this.#earlierCount = earlierCount;
    this.#last = last;
    this.#earlierTally = earlierTally;
  }

  get length(): number {
    return this.#earlierCount + (this.#last ? 1 : 0);
  }

  get last(): IterationRecord | undefined {
    return this.#last;
  }

  /** What all rounds amount to. */
  get tally(): IterationTally {
    this.#tally ??= this.#last ? tallied(this.#earlierTally, this.#last) : this.#earlierTally;
    return this.#tally;
  }

  /** This list with one more round; this one stays as it is. */
  with(record: IterationRecord): Iterations {
    if (!this.#last) return new Iterations([], 0, record, noTally);
    const isNewest = this.#earlier.length === this.#earlierCount;
    const earlier = isNewest ? this.#earlier : this.#earlier.slice(0, this.#earlierCount);
    earlier.push(this.#last);
    return new Iterations(earlier, this.#earlierCount + 1, record, this.tally);
  }

  /** This list with another last round; this one stays as it is. */
  withLast(record: IterationRecord): Iterations {
    return new Iterations(this.#earlier, this.#earlierCount, record, this.#earlierTally);
  }

  at(place: number): IterationRecord | undefined {
    const index = place < 0 ? this.length + place : place;
    if (index < this.#earlierCount) return this.#earlier[index];
    return index === this.#earlierCount ? this.#last : undefined;
  }

  /** As of an array. */
  slice(start = 0, end = this.length): readonly IterationRecord[] {
    const from = start < 0 ? Math.max(0, this.length + start) : start;
    const to = end < 0 ? this.length + end : end;
    const rounds = this.#earlier.slice(from, Math.max(0, Math.min(to, this.#earlierCount)));
    if (this.#last && from <= this.#earlierCount && to > this.#earlierCount)
      rounds.push(this.#last);
    return rounds;
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
