import { type SupernetInfo, supernetSchema } from "@collm/search";
import type { KV } from "@nats-io/kv";
import { z } from "zod";
import { tokenOf } from "./names.js";
import { parseJson } from "./parse-json.js";
import { patiently } from "./patiently.js";

const descriptionSchema = z.strictObject({
  v: z.literal(1),
  pool: z.string(),
  supernet: supernetSchema,
});

/** A supernet that evaluators of a pool serve, or served when one of them started last. */
export interface DescribedSupernet {
  readonly pool: string;
  readonly supernet: SupernetInfo;
}

/**
 * Writes down what an evaluator of this pool serves, for the time when none is there: a search can
 * start, and the work that it queues is what starts evaluators again. Of a pool and a name the last
 * description counts.
 */
export async function describeSupernets(
  bucket: KV,
  pool: string,
  supernets: readonly SupernetInfo[],
): Promise<void> {
  for (const supernet of supernets) {
    const text = JSON.stringify({ v: 1, pool, supernet });
    await patiently(() => bucket.put(`${pool}.${tokenOf(supernet.name)}`, text));
  }
}

/** What was ever described, as it comes in. */
export class SupernetCatalog {
  readonly #bucket: KV;
  readonly #known = new Map<string, { described: DescribedSupernet; revision: number }>();
  #stop: () => void = () => undefined;

  private constructor(bucket: KV) {
    this.#bucket = bucket;
  }

  /** Knows what was described when it resolves. */
  static async watch(bucket: KV): Promise<SupernetCatalog> {
    const catalog = new SupernetCatalog(bucket);
    const entries = await bucket.watch({ include: "updates" });
    catalog.#stop = () => entries.stop();
    void (async () => {
      for await (const entry of entries) catalog.#note(entry.key, entry);
    })().catch(() => undefined);
    await catalog.refresh();
    return catalog;
  }

  /** Reads all again: news may be on the way. */
  async refresh(): Promise<void> {
    await patiently(async () => {
      for await (const key of await this.#bucket.keys()) {
        const entry = await this.#bucket.get(key);
        if (entry) this.#note(key, entry);
      }
    });
  }

  /** The latest first. */
  get described(): readonly DescribedSupernet[] {
    return [...this.#known.values()]
      .toSorted((a, b) => b.revision - a.revision)
      .map(({ described }) => described);
  }

  close(): void {
    this.#stop();
  }

  #note(key: string, entry: { operation: string; revision: number; string(): string }): void {
    // What is read again may have been on its way for longer than what was heard.
    if (entry.revision < (this.#known.get(key)?.revision ?? 0)) return;
    if (entry.operation !== "PUT") {
      this.#known.delete(key);
      return;
    }
    const parsed = descriptionSchema.safeParse(parseJson(entry.string()));
    if (!parsed.success) return;
    const { v, ...described } = parsed.data;
    this.#known.set(key, { described, revision: entry.revision });
  }
}
