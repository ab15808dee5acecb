import { CollmError } from "@collm/errors";
import { retryUnavailable } from "@collm/rpc";
import {
  type EventBody,
  type EventOf,
  isAtRest,
  presentedSupernet,
  type SearchConfig,
  type SearchEvent,
  type SearchId,
  type SearchState,
  type StopRequest,
} from "@collm/search";
import { ActiveSearch, type RestingSearch } from "./active-search.js";
import { foldJournal } from "./fold-journal.js";
import { openTestSplit, testRequestOf } from "./open-test-split.js";
import { RestingSummaries } from "./resting-summaries.js";
import {
  DrivenElsewhereError,
  refuseHopeless,
  sameSearch,
  unknownSearch,
} from "./search-refusals.js";
import { type SearchSummary, summaryOf } from "./search-summary.js";
import type { SearchesOptions } from "./searches-options.js";
import { parseSupernetName, refuseOtherDigest } from "./supernet-name.js";
import { Turns } from "./turns.js";
import { watchAlone, watchShared } from "./watch.js";

/** How long a coordinator that died is waited for, in leases, before a cancellation is refused. */
const leasesWaited = 2;

/**
 * All searches this coordinator knows: those it drives, those that others drive, and those whose
 * journals rest. A search is driven here if and only if it is in `#active`.
 */
export class Searches {
  readonly #options: SearchesOptions;
  readonly #active = new Map<SearchId, ActiveSearch>();
  readonly #resting: RestingSummaries;
  readonly #turns = new Turns();
  /** Aborted, with the reason, when no new work is taken. */
  readonly #draining = new AbortController();

  constructor(options: SearchesOptions) {
    this.#options = options;
    this.#resting = new RestingSummaries(options.journals);
  }

  /**
   * Starts a search. The same id and configuration again is no error: a search that rests unfinished
   * goes on, so that a caller may repeat a call whose answer was lost.
   */
  async start(id: SearchId, config: SearchConfig, supernetName: string): Promise<SearchState> {
    return this.#inTurn(id, async () => {
      const running = await this.#running(id);
      if (running) return sameSearch(id, running.state, config, supernetName);
      const resting = await this.#read(id);
      if (resting) {
        sameSearch(id, resting.state, config, supernetName);
        return this.#goOn(id, resting);
      }
      const wanted = parseSupernetName(supernetName);
      const supernet = await this.#options.describeSupernet(wanted);
      refuseOtherDigest(supernet, wanted);
      refuseHopeless(supernet, config);
      const first = {
        type: "SearchStarted",
        config,
        supernet: presentedSupernet(supernet, config),
        versions: { ...this.#options.versions },
        roles: await this.#options.describeRoles(config.searcher),
      } as const;
      return this.#with(id, (search) => {
        if (search.state.lastSeq > 0) throw new DrivenElsewhereError(id);
        return this.#drive(search, first);
      });
    });
  }

  /** Continues a search from its journal. A running or finished search is left as it is, wherever it runs. */
  async resume(id: SearchId): Promise<SearchState> {
    return this.#inTurn(id, async () => {
      const running = await this.#running(id);
      if (running) return running.state;
      const resting = await this.#read(id);
      if (!resting?.state.started) throw unknownSearch(id);
      return this.#goOn(id, resting);
    });
  }

  /**
   * Continues a search whose coordinator stopped or died, if nobody does: `elsewhere` if somebody
   * does, `at rest` if it needs no coordinator. One that cannot go on for a reason that will not pass
   * by itself ends interrupted with that reason.
   */
  async takeOver(id: SearchId): Promise<"taken over" | "elsewhere" | "at rest"> {
    return this.#inTurn(id, async () => {
      if (this.#active.has(id)) return "elsewhere";
      try {
        return await this.#with(id, async (search) => {
          const last = search.feed.events.at(-1);
          if (!last || isAtRest(last)) return "at rest";
          try {
            await this.#continue(search);
            return "taken over";
          } catch (error) {
            await giveUp(search, error);
            return "at rest";
          }
        });
      } catch (error) {
        if (error instanceof DrivenElsewhereError) return "elsewhere";
        throw error;
      }
    });
  }

  /** Continues a resting search; one that is driven elsewhere is left to whoever drives it. */
  async #goOn(id: SearchId, resting: RestingSearch): Promise<SearchState> {
    const existing = resting.state;
    if (existing.phase === "finished" || !existing.started) return existing;
    try {
      return await this.#with(id, (search) => this.#continue(search), resting);
    } catch (error) {
      if (!(error instanceof DrivenElsewhereError)) throw error;
      const state = await this.find(id);
      // It is just coming to rest there.
      if (!state || state.phase === "interrupted") throw error;
      return state;
    }
  }

  /** Goes on with an opened search, with whoever plays its roles now. */
  async #continue(search: ActiveSearch): Promise<SearchState> {
    const { state } = search;
    if (state.phase === "finished" || !state.started) return state;
    const { supernet: journaled, config } = state.started;
    const { name, contextDigest } = journaled;
    const supernet = await this.#options.describeSupernet({ name, contextDigest });
    if (supernet.contextDigest !== journaled.contextDigest) {
      throw new CollmError(
        "failed-precondition",
        `supernet "${supernet.name}": its evaluation context is ${supernet.contextDigest}, the search was started with ${journaled.contextDigest} (weights, images, recipe, provider or runtime changed)`,
      );
    }
    const roles = await this.#options.describeRoles(config.searcher);
    return this.#drive(search, { type: "SearchResumed", roles });
  }

  /** States of the searches that are driven here. */
  get driven(): readonly SearchState[] {
    return [...this.#active.values()].map(({ state }) => state);
  }

  /** The state of a search, running or resting; undefined if there is none. */
  async find(id: SearchId): Promise<SearchState | undefined> {
    const active = this.#active.get(id);
    return active ? active.state : (await this.#read(id))?.state;
  }

  /** A search that does not run here; undefined if there is none. */
  async #read(id: SearchId): Promise<RestingSearch | undefined> {
    const { journals } = this.#options;
    const events = await journals.read(id);
    if (events.length === 0) return undefined;
    return { events, state: foldJournal(journals.nameOf(id), events) };
  }

  /** Every search that can be read; a damaged journal is logged and does not hide the others. */
  async list(): Promise<readonly SearchSummary[]> {
    const ids = await this.#options.journals.list();
    const summarise = async (searchId: SearchId): Promise<SearchSummary | undefined> => {
      const active = this.#active.get(searchId);
      if (active) return summaryOf(searchId, active.state);
      return await this.#resting.of(searchId).catch((error: unknown) => {
        this.#options.logger.warn({ searchId, err: error }, "journal cannot be read");
        return undefined;
      });
    };
    const found = await Promise.all(ids.map(summarise));
    return found.flatMap((summary) => summary ?? []);
  }

  /**
   * The search's events with a seq above `afterSeq`, then live ones until it is at rest, whoever drives
   * it. Ends silently when `signal` aborts.
   *
   * @throws CollmError unavailable if this coordinator drains before the search is at rest and others
   *   know how it goes on
   */
  watch(id: SearchId, afterSeq: number, signal: AbortSignal): AsyncGenerator<SearchEvent> {
    const { journals, peers } = this.#options;
    const feed = this.#active.get(id)?.feed;
    const draining = this.#draining.signal;
    return peers
      ? watchShared({ feed, peers, draining }, id, afterSeq, signal)
      : watchAlone({ feed, journals }, id, afterSeq, signal);
  }

  /**
   * Ends a search as cancelled, running or interrupted; its best so far stays its result. Whoever
   * drives it elsewhere is asked to; one that died is waited for.
   */
  async cancel(id: SearchId): Promise<void> {
    await this.#inTurn(id, async () => {
      const running = await this.#running(id);
      if (running) return running.stop({ kind: "cancel" });
      const state = await this.find(id);
      if (!state) throw unknownSearch(id);
      if (state.phase === "finished") return;
      const { peers } = this.#options;
      if (!peers) return this.#cancelHere(id);
      const attempt = async (): Promise<void> => {
        if ((await peers.requestCancellation(id)) === "nobody") await this.#cancelHere(id);
      };
      await retryUnavailable(attempt, { maxWaitMs: leasesWaited * peers.leaseMs });
    });
  }

  async #cancelHere(id: SearchId): Promise<void> {
    const search = await this.#open(id);
    search.run(this.#logInterruption(id), () => {});
    await search.stop({ kind: "cancel" });
  }

  /** Opens the sealed test split for the winner of a finished search; a second call returns the first result. */
  async openTest(id: SearchId): Promise<EventOf<"TestCompleted">["result"]> {
    return this.#inTurn(id, async () => {
      const running = await this.#running(id);
      const state = running ? running.state : await this.find(id);
      if (!state?.started) throw unknownSearch(id);
      if (state.test) return state.test.result;
      // Refused before the journal is taken.
      testRequestOf(id, state);
      const search = await this.#open(id);
      try {
        return await openTestSplit(search, this.#options.measureTest);
      } finally {
        await search.close();
      }
    });
  }

  /** Interrupts every search so that each can be resumed, and takes no new one. */
  async drain(reason: string): Promise<void> {
    this.#draining.abort(new CollmError("unavailable", reason));
    await Promise.all([...this.#active.values()].map((search) => search.stop(shutdown(reason))));
  }

  #open(id: SearchId, resting?: RestingSearch): Promise<ActiveSearch> {
    const { journals, ports, observe } = this.#options;
    const own = { ...ports, roles: ports.roles(id), onEvent: observe?.() };
    return ActiveSearch.open(id, journals, own, resting);
  }

  /** Opens the search for `work`; it is closed again unless it is driven then. */
  async #with<T>(
    id: SearchId,
    work: (search: ActiveSearch) => Promise<T>,
    resting?: RestingSearch,
  ): Promise<T> {
    this.#refuseWhileDraining();
    const search = await this.#open(id, resting);
    try {
      return await work(search);
    } finally {
      if (this.#active.get(id) !== search) await search.close();
    }
  }

  /** Journals how this stretch of the search begins and runs the loop in the background. */
  async #drive(search: ActiveSearch, first: EventBody): Promise<SearchState> {
    // What was asked before may have taken long.
    this.#refuseWhileDraining();
    await search.record(first);
    const { id, state } = search;
    this.#active.set(id, search);
    this.#options.logger.info({ searchId: id, seq: state.lastSeq }, "search driven here");
    const hearing = this.#options.peers?.hearCancellation(id, () =>
      search.stop({ kind: "cancel" }),
    );
    search.run(this.#logInterruption(id), () => {
      hearing?.stop();
      this.#active.delete(id);
    });
    // A drain that began while the event was written did not see this search.
    const { aborted, reason } = this.#draining.signal;
    if (aborted) await search.stop(shutdown(CollmError.from(reason).message));
    return state;
  }

  #logInterruption(searchId: SearchId): (error: unknown) => void {
    return (error) => this.#options.logger.error({ searchId, err: error }, "search interrupted");
  }

  #refuseWhileDraining(): void {
    this.#draining.signal.throwIfAborted();
  }

  /** The search if it runs here; one that is just coming to rest is waited for. */
  async #running(id: SearchId): Promise<ActiveSearch | undefined> {
    const active = this.#active.get(id);
    if (active?.state.phase === "running") return active;
    await active?.rest();
    return undefined;
  }

  /** Does what changes a search when its turn has come. */
  async #inTurn<T>(id: SearchId, work: () => Promise<T>): Promise<T> {
    return await this.#turns.take(id, () => {
      this.#refuseWhileDraining();
      return work();
    });
  }
}

function shutdown(reason: string): StopRequest {
  return { kind: "shutdown", reason, cause: "shutdown" };
}

/** Journals why a search that was taken over cannot go on, unless that may pass. */
async function giveUp(search: ActiveSearch, error: unknown): Promise<void> {
  const { isRetryable, message } = CollmError.from(error);
  if (isRetryable) throw error;
  await search.record({ type: "SearchResumed" });
  await search.record({ type: "SearchInterrupted", reason: message });
}
