import { supernetSchema } from "@collm/search";
import type { KV } from "@nats-io/kv";
import { z } from "zod";
import { parseJson } from "./parse-json.js";
import { patiently } from "./patiently.js";

const announcementSchema = z.strictObject({
  v: z.literal(1),
  /** Unique to the process. */
  id: z.string().regex(/^[\w-]+$/),
  supernets: z.array(supernetSchema),
  /** E.g. `cpu`, `cuda:0`, `table`. */
  device: z.string(),
  /** Whether others use the device too; latency is measured on exclusive ones only. */
  sharing: z.enum(["exclusive", "shared"]),
  /** Evaluations at the same time. */
  slots: z.int().positive(),
  /** Whose work it takes. */
  pool: z.string(),
});

/** What an evaluator says of itself. */
export type Announcement = Omit<z.infer<typeof announcementSchema>, "v">;

/** How long an evaluator that falls silent counts as there, and how often it speaks meanwhile. */
export const announcementTtlMs = 10_000;
const beatsPerTtl = 3;

/** Announces an evaluator until it is withdrawn. */
export async function announceEvaluator(
  bucket: KV,
  announcement: Announcement,
  ttlMs = announcementTtlMs,
): Promise<{ readonly withdraw: () => Promise<void> }> {
  const put = async (): Promise<void> => {
    await bucket.put(announcement.id, JSON.stringify({ v: 1, ...announcement }));
  };
  await patiently(put);
  // One that is not heard is repeated by the next.
  const timer = setInterval(() => void put().catch(() => undefined), ttlMs / beatsPerTtl);
  return {
    withdraw: async () => {
      clearInterval(timer);
      await bucket.purge(announcement.id);
    },
  };
}

/** The evaluators that are there, as their announcements come in. */
export class EvaluatorRegistry {
  readonly #heard = new Map<string, { announcement: Announcement; atMs: number }>();
  readonly #ttlMs: number;
  #stop: () => void = () => undefined;

  private constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** Knows those of the moment when it resolves. */
  static async watch(bucket: KV, ttlMs = announcementTtlMs): Promise<EvaluatorRegistry> {
    const registry = new EvaluatorRegistry(ttlMs);
    const entries = await bucket.watch();
    registry.#stop = () => entries.stop();
    const known = bucket.keys().then(async (keys) => {
      for await (const key of keys) registry.#hear(key, (await bucket.get(key))?.string() ?? "");
    });
    void (async () => {
      for await (const entry of entries) {
        if (entry.operation === "PUT") registry.#hear(entry.key, entry.string());
        else registry.#heard.delete(entry.key);
      }
    })();
    await known;
    return registry;
  }

  /** Evaluators that were heard lately. */
  get present(): readonly Announcement[] {
    const since = performance.now() - this.#ttlMs;
    return [...this.#heard.values()].flatMap(({ announcement, atMs }) =>
      atMs >= since ? [announcement] : [],
    );
  }

  /** Those that can measure in this evaluation context. */
  serving(contextDigest: string): readonly Announcement[] {
    return this.present.filter(({ supernets }) =>
      supernets.some((supernet) => supernet.contextDigest === contextDigest),
    );
  }

  /** The pool with most slots among those whose evaluators can measure in this context. */
  poolServing(contextDigest: string): string | undefined {
    const slots = new Map<string, number>();
    for (const { pool, slots: more } of this.serving(contextDigest)) {
      slots.set(pool, (slots.get(pool) ?? 0) + more);
    }
    const [first] = [...slots].toSorted(
      ([aPool, a], [bPool, b]) => b - a || (aPool < bPool ? -1 : 1),
    );
    return first?.[0];
  }

  close(): void {
    this.#stop();
  }

  #hear(id: string, text: string): void {
    const parsed = announcementSchema.safeParse(parseJson(text));
    if (!parsed.success) return;
    const { v, ...announcement } = parsed.data;
    this.#heard.set(id, { announcement, atMs: performance.now() });
  }
}
