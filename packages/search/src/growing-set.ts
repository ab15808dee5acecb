/**
 * An immutable set of strings that grows in constant time. All versions grown from one another
 * share a table of string to position; a version holds the strings below its size. Only growing
 * an old version copies the table.
 *
 * A fold that copied a plain Set at each event would take time quadratic in the journal's length.
 */
export class GrowingSet implements ReadonlySet<string> {
  static readonly empty = new GrowingSet(new Map(), 0);

  readonly #positions: Map<string, number>;
  readonly size: number;

  private constructor(positions: Map<string, number>, size: number) {
    this.#positions = positions;
    this.size = size;
  }

  /** This set with `value`; this one stays as it is. */
  with(value: string): GrowingSet {
    if (this.has(value)) return this;
    const isNewest = this.#positions.size === this.size && this.size > 0;
    const positions = isNewest ? this.#positions : new Map([...this].map((held, i) => [held, i]));
    positions.set(value, this.size);
    return new GrowingSet(positions, this.size + 1);
  }

  has(value: string): boolean {
    const position = this.#positions.get(value);
    return position !== undefined && position < this.size;
  }

  *[Symbol.iterator](): SetIterator<string> {
    // A Map keeps insertion order, so positions ascend.
    for (const [value, position] of this.#positions) {
      if (position >= this.size) return;
      yield value;
    }
  }

  keys(): SetIterator<string> {
    return this[Symbol.iterator]();
  }

  values(): SetIterator<string> {
    return this[Symbol.iterator]();
  }

  *entries(): SetIterator<[string, string]> {
    for (const value of this) yield [value, value];
  }

  forEach(callback: (value: string, key: string, set: ReadonlySet<string>) => void): void {
    for (const value of this) callback(value, value, this);
  }
}
