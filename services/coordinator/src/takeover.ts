import { setTimeout as delay } from "node:timers/promises";
import { CollmError } from "@collm/errors";
import type { SearchId } from "@collm/search";
import type { Logger } from "@collm/telemetry";
import type { Peers } from "./backends.js";
import type { Searches } from "./searches.js";

/** Searches that are looked at concurrently: after an outage there may be many. */
const concurrency = 4;
/** Pause between two looks, in leases: from the first to the second, so that coordinators take turns. */
const pauseRange = [0.2, 0.4] as const;
/** How long a search that cannot go on now, e.g. because no evaluator answers, is left alone. */
const retryMs = 30_000;

/**
 * Continues searches that were left behind by a coordinator that died or was stopped. Of several that
 * try one gets the lease; who lost it is kept from writing by the journal's fence.
 */
export class Takeover {
  readonly #searches: Searches;
  readonly #peers: Peers;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  /** When a search that failed may be tried again. */
  readonly #notBefore = new Map<SearchId, number>();
  readonly #ended: Promise<void>;

  /** Looks at once and then again and again until `stop`. */
  constructor(searches: Searches, peers: Peers, logger: Logger) {
    this.#searches = searches;
    this.#peers = peers;
    this.#logger = logger;
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) => {
        if (!signal.aborted) this.#logger.warn({ err: error }, "unfinished searches not found");
      });
      const [min, max] = pauseRange;
      const pauseMs = this.#peers.leaseMs * (min + (max - min) * Math.random());
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const ids = (await this.#peers.unfinished()).values();
    const attempt = async (): Promise<void> => {
      for (const id of ids) {
        if (this.#stop.signal.aborted) return;
        await this.#attempt(id);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, attempt));
  }

  async #attempt(searchId: SearchId): Promise<void> {
    if (performance.now() < (this.#notBefore.get(searchId) ?? 0)) return;
    this.#notBefore.delete(searchId);
    try {
      const outcome = await this.#searches.takeOver(searchId);
      if (outcome === "taken over") this.#logger.info({ searchId }, "search taken over");
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#notBefore.set(searchId, performance.now() + retryMs);
      this.#logger.warn({ searchId, err: CollmError.from(error) }, "search not taken over yet");
    }
  }
}
