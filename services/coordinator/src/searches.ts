import { CollmError } from "@collm/errors";
import type { Journals } from "@collm/journal";
import {
  best,
  type EventBody,
  type EventOf,
  presentedSupernet,
  type SearchConfig,
  type SearcherName,
  type SearchId,
  type SearchState,
  type SupernetInfo,
  searchProblems,
} from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import type { Logger } from "@collm/telemetry";
import { ActiveSearch, type RestingSearch, type SearchPorts } from "./active-search.js";
import { EventFeed } from "./event-feed.js";
import { foldJournal } from "./fold-journal.js";
import { RestingSummaries } from "./resting-summaries.js";
import { type SearchSummary, summaryOf } from "./search-summary.js";
import { parseSupernetName, refuseOtherDigest } from "./supernet-name.js";

export interface SearchesOptions {
  readonly journals: Journals;
  readonly ports: Omit<SearchPorts, "roles"> & {
    readonly roles: (searchId: SearchId) => SearchPorts["roles"];
  };
  /** Asks the evaluator about a supernet. */
  readonly describeSupernet: (name: string) => Promise<SupernetInfo>;
  /** Measures on the sealed test split; called for finished searches only. */
  readonly measureTest: (
    supernet: string,
    searchId: SearchId,
    canonical: string,
  ) => Promise<EventOf<"TestCompleted">["result"]>;
  /** Who plays the roles that this searcher needs, e.g. `{ navigator: "heuristic" }`. */
  readonly describeRoles: (searcher: SearcherName) => Promise<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

/**
 * All searches this coordinator knows: those it runs, and those whose journals rest. A search
 * is running here if and only if it is in `#active`.
 */
export class Searches {
  readonly #options: SearchesOptions;
  readonly #active = new Map<SearchId, ActiveSearch>();
  readonly #resting: RestingSummaries;
  /** Settled when the last request so far that changes a search is answered. */
  readonly #turns = new Map<SearchId, Promise<unknown>>();
  /** Why no new work is taken; undefined while it is. */
  #drainReason: string | undefined;

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
      const supernet = await this.#options.describeSupernet(wanted.name);
      refuseOtherDigest(supernet, wanted);
      refuseHopeless(supernet, config);
      return this.#begin(id, {
        type: "SearchStarted",
        config,
        supernet: presentedSupernet(supernet, config),
        versions: { ...this.#options.versions },
        roles: await this.#options.describeRoles(config.searcher),
      });
    });
  }

  /** Continues a search from its journal. A running or finished search is left as it is. */
  async resume(id: SearchId): Promise<SearchState> {
    return this.#inTurn(id, async () => {
      const running = await this.#running(id);
      if (running) return running.state;
      const resting = await this.#read(id);
      if (!resting?.state.started) throw unknownSearch(id);
      return this.#goOn(id, resting);
    });
  }

  /** Continues a resting search, with whoever plays its roles now. */
  async #goOn(id: SearchId, resting: RestingSearch): Promise<SearchState> {
    const existing = resting.state;
    if (existing.phase === "finished" || !existing.started) return existing;
    const { supernet: journaled, config } = existing.started;
    const supernet = await this.#options.describeSupernet(journaled.name);
    if (supernet.contextDigest !== journaled.contextDigest) {
      throw new CollmError(
        "failed-precondition",
        `supernet "${supernet.name}": its evaluation context is ${supernet.contextDigest}, the search was started with ${journaled.contextDigest} (weights, images, recipe, provider or runtime changed)`,
      );
    }
    const roles = await this.#options.describeRoles(config.searcher);
    return this.#begin(id, { type: "SearchResumed", roles }, resting);
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

  /** The search's events; of a resting search those it has. */
  async feed(id: SearchId): Promise<EventFeed> {
    const active = this.#active.get(id);
    if (active) return active.feed;
    const events = await this.#options.journals.read(id);
    if (events.length === 0) throw unknownSearch(id);
    const feed = new EventFeed(events);
    feed.end();
    return feed;
  }

  /** Ends a search as cancelled, running or interrupted; its best so far stays its result. */
  async cancel(id: SearchId): Promise<void> {
    await this.#inTurn(id, async () => {
      const running = await this.#running(id);
      if (running) return running.stop({ kind: "cancel" });
      const state = await this.find(id);
      if (!state) throw unknownSearch(id);
      if (state.phase === "finished") return;
      const search = await this.#open(id);
      search.run(this.#logInterruption(id), () => {});
      await search.stop({ kind: "cancel" });
    });
  }

  /**
   * Opens the sealed test split for the winner of a finished search. The intent is journaled
   * before the evaluator is asked; a second call returns the first result.
   */
  async openTest(id: SearchId): Promise<EventOf<"TestCompleted">["result"]> {
    return this.#inTurn(id, async () => {
      const running = await this.#running(id);
      const state = running ? running.state : await this.find(id);
      if (!state?.started) throw unknownSearch(id);
      if (state.test) return state.test.result;
      const winner = best(state);
      if (state.phase !== "finished" || !winner) {
        const why =
          state.phase === "finished" ? "it has no feasible result" : `it is ${state.phase}`;
        throw new CollmError(
          "failed-precondition",
          `test split of "${id}": allowed only for the winner of a finished search, but ${why}`,
        );
      }
      const { canonical } = winner.architecture;
      const search = await this.#open(id);
      try {
        if (search.state.testOpened === undefined) {
          await search.record({ type: "TestOpened", canonical });
        }
        const supernet = state.started.supernet.name;
        const result = await this.#options.measureTest(supernet, id, canonical);
        await search.record({ type: "TestCompleted", canonical, result });
        return result;
      } finally {
        await search.close();
      }
    });
  }

  /** Interrupts every search so that each can be resumed, and takes no new one. */
  async drain(reason: string): Promise<void> {
    this.#drainReason = reason;
    await Promise.all(
      [...this.#active.values()].map((search) => search.stop({ kind: "shutdown", reason })),
    );
  }

  #open(id: SearchId, resting?: RestingSearch): Promise<ActiveSearch> {
    const { journals, ports } = this.#options;
    return ActiveSearch.open(id, journals, { ...ports, roles: ports.roles(id) }, resting);
  }

  /** Journals how this stretch of the search begins and runs the loop in the background. */
  async #begin(id: SearchId, first: EventBody, resting?: RestingSearch): Promise<SearchState> {
    // What was asked before may have taken long.
    this.#refuseWhileDraining();
    const search = await this.#open(id, resting);
    try {
      await search.record(first);
    } catch (error) {
      await search.close();
      throw error;
    }
    const { state } = search;
    this.#active.set(id, search);
    search.run(this.#logInterruption(id), () => this.#active.delete(id));
    // A drain that began while the event was written did not see this search.
    const reason = this.#drainReason;
    if (reason !== undefined) await search.stop({ kind: "shutdown", reason });
    return state;
  }

  #logInterruption(searchId: SearchId): (error: unknown) => void {
    return (error) => this.#options.logger.error({ searchId, err: error }, "search interrupted");
  }

  #refuseWhileDraining(): void {
    if (this.#drainReason !== undefined) throw new CollmError("unavailable", this.#drainReason);
  }

  /** The search if it runs here; one that is just coming to rest is waited for. */
  async #running(id: SearchId): Promise<ActiveSearch | undefined> {
    const active = this.#active.get(id);
    if (active?.state.phase === "running") return active;
    await active?.rest();
    return undefined;
  }

  /**
   * Does what changes a search, one request after the other: what `work` reads of a resting
   * journal stays true until it writes.
   */
  async #inTurn<T>(id: SearchId, work: () => Promise<T>): Promise<T> {
    const outcome = (this.#turns.get(id) ?? Promise.resolve()).then(() => {
      this.#refuseWhileDraining();
      return work();
    });
    const turn = outcome.catch(() => undefined);
    this.#turns.set(id, turn);
    try {
      return await outcome;
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
    }
  }
}

/** Gives a search that is there already if it is the one asked for; throws `already-exists` if not. */
function sameSearch(
  id: SearchId,
  state: SearchState,
  config: SearchConfig,
  supernetName: string,
): SearchState {
  const { started } = state;
  if (
    JSON.stringify(started?.config) === JSON.stringify(config) &&
    started?.supernet.name === parseSupernetName(supernetName).name
  ) {
    return state;
  }
  throw new CollmError(
    "already-exists",
    `search id: "${id}" is taken by a search with another configuration or supernet`,
  );
}

function unknownSearch(id: SearchId): CollmError {
  return new CollmError("not-found", `search "${id}": no journal of that name`);
}

function refuseHopeless(supernet: SupernetInfo, config: SearchConfig): void {
  const problems = searchProblems(config, createSearchSpace(supernet.space), supernet.name);
  if (problems.length > 0) throw new CollmError("invalid-argument", problems.join("; "));
}
