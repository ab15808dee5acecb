import type { SupernetInfo } from "@collm/search";
import type { NatsConnection } from "@nats-io/transport-node";
import { openBucket } from "./buckets.js";
import { type Announcement, announcementTtlMs, EvaluatorRegistry } from "./evaluator-registry.js";
import { bucketNames } from "./names.js";
import { type DescribedSupernet, SupernetCatalog } from "./supernet-catalog.js";

/** Who serves which supernet: evaluators that are there, and what others that may come back served. */
export class ServedSupernets {
  readonly #registry: EvaluatorRegistry;
  readonly #catalog: SupernetCatalog;

  private constructor(registry: EvaluatorRegistry, catalog: SupernetCatalog) {
    this.#registry = registry;
    this.#catalog = catalog;
  }

  /** Makes the buckets if need be, and knows what is in them when it resolves. */
  static async watch(
    connection: NatsConnection,
    { replicas }: { readonly replicas: number },
  ): Promise<ServedSupernets> {
    const ttlMs = announcementTtlMs;
    const evaluators = await openBucket(connection, bucketNames.evaluators, { replicas, ttlMs });
    const supernets = await openBucket(connection, bucketNames.supernets, { replicas });
    const registry = await EvaluatorRegistry.watch(evaluators);
    return new ServedSupernets(registry, await SupernetCatalog.watch(supernets));
  }

  /** Evaluators that are there. */
  get present(): readonly Announcement[] {
    return this.#registry.present;
  }

  /** What evaluators served that may not be there now, the latest first. */
  get described(): readonly DescribedSupernet[] {
    return this.#catalog.described;
  }

  /** Names of all supernets that are or were served. */
  get names(): readonly string[] {
    return [...new Set(this.#supernets.map(({ name }) => name))];
  }

  /** Evaluators that are there and can measure in this evaluation context. */
  serving(contextDigest: string): readonly Announcement[] {
    return this.#registry.serving(contextDigest);
  }

  /**
   * The pool that serves this context: of evaluators that are there the one with most slots, else one
   * whose evaluators may come back.
   */
  poolServing(contextDigest: string): string | undefined {
    const isIt = ({ supernet }: DescribedSupernet) => supernet.contextDigest === contextDigest;
    return this.#registry.poolServing(contextDigest) ?? this.described.find(isIt)?.pool;
  }

  /** Supernets of this name, those that are served just now first. */
  async named(name: string): Promise<readonly SupernetInfo[]> {
    const isIt = (supernet: SupernetInfo) => supernet.name === name;
    // Its first evaluator may have come in this moment.
    if (!this.#supernets.some(isIt)) await this.#catalog.refresh();
    return this.#supernets.filter(isIt);
  }

  get #supernets(): readonly SupernetInfo[] {
    return [
      ...this.present.flatMap((evaluator) => evaluator.supernets),
      ...this.described.map(({ supernet }) => supernet),
    ];
  }

  close(): void {
    this.#registry.close();
    this.#catalog.close();
  }
}
