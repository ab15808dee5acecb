import {
  defaultPool,
  type Published,
  provisionPool,
  publishWork,
  type QueueSettings,
  type ServedSupernets,
  type WorkMessage,
} from "@collm/events";
import type { NatsConnection } from "@nats-io/transport-node";

export interface WorkPoolsOptions {
  readonly connection: NatsConnection;
  readonly served: ServedSupernets;
  readonly queue: QueueSettings;
  /** Pools whose queues are there; work that nobody serves goes to the first. */
  readonly pools: readonly string[];
}

/** Which pool of evaluators is sent what. */
export class WorkPools {
  readonly #options: WorkPoolsOptions;
  readonly #queues: Map<string, Promise<void>>;

  constructor(options: WorkPoolsOptions) {
    this.#options = options;
    this.#queues = new Map(options.pools.map((pool) => [pool, Promise.resolve()]));
  }

  /** Queues work for the pool that serves it, as `publishWork` does; makes the pool's queue if need be. */
  async publish(work: WorkMessage, insteadOf?: number): Promise<Published> {
    const { connection, served, pools } = this.#options;
    const pool = served.poolServing(work.contextDigest) ?? pools[0] ?? defaultPool;
    await this.#provide(pool);
    return await publishWork(connection, pool, work, insteadOf);
  }

  /** Whether evaluators serve the context, and none of this pool does. */
  isDeserted(pool: string, contextDigest: string): boolean {
    const serving = this.#options.served.serving(contextDigest);
    return serving.length > 0 && serving.every((evaluator) => evaluator.pool !== pool);
  }

  async #provide(pool: string): Promise<void> {
    const { connection, queue } = this.#options;
    let made = this.#queues.get(pool);
    if (!made) {
      made = provisionPool(connection, pool, queue);
      this.#queues.set(pool, made);
      made.catch(() => this.#queues.delete(pool));
    }
    await made;
  }
}
