interface Entry<V> {
  /** How many came before it. */
  readonly place: number;
  readonly value: V;
}

/**
 * An immutable map from strings that grows in constant time; what a key has stays. As `GrowingSet`,
 * all versions grown from one another share a table, of which a version holds the entries below its
 * size, and only growing an old version copies it.
 */
export class GrowingMap<V> {
  readonly #table: Map<string, Entry<V>>;
  readonly size: number;

  private constructor(table: Map<string, Entry<V>>, size: number) {
    this.#table = table;
    this.size = size;
  }

  static empty<V>(): GrowingMap<V> {
    return new GrowingMap(new Map(), 0);
  }

  /** This map with `value` under `key`, unless it has one; this one stays as it is. */
  with(key: string, value: V): GrowingMap<V> {
    if (this.#entry(key)) return this;
    const isNewest = this.#table.size === this.size && this.size > 0;
    // A Map keeps insertion order, so places ascend.
    const table = isNewest ? this.#table : new Map([...this.#table].slice(0, this.size));
    table.set(key, { place: this.size, value });
    return new GrowingMap(table, this.size + 1);
  }

  get(key: string): V | undefined {
    return this.#entry(key)?.value;
  }

  /** The values of those keys that have one, in the order in which they came. */
  among(keys: Iterable<string>): readonly V[] {
    return [...keys]
      .flatMap((key) => this.#entry(key) ?? [])
      .sort((a, b) => a.place - b.place)
      .map(({ value }) => value);
  }

  #entry(key: string): Entry<V> | undefined {
    const entry = this.#table.get(key);
    return entry && entry.place < this.size ? entry : undefined;
  }
}
