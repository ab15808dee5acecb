/**
 * Most tables kept. ImageNet's photographs come in a few thousand sizes, but a handful of them are
 * nine tenths of the set; a table takes about 10 kB.
 */
const maxTables = 512;

/** Keeps what `compute` gave for the keys used last. */
export class TableCache<Table> {
  readonly #tables = new Map<string, Table>();

  get(key: string, compute: () => Table): Table {
    const known = this.#tables.get(key);
    if (known !== undefined) {
      this.#tables.delete(key);
      this.#tables.set(key, known);
      return known;
    }
    const table = compute();
    this.#tables.set(key, table);
    if (this.#tables.size > maxTables) {
      const [oldest] = this.#tables.keys();
      if (oldest !== undefined) this.#tables.delete(oldest);
    }
    return table;
  }
}
