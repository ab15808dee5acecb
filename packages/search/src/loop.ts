import { createRng } from "@collm/search-space";
import { Activities } from "./activities.js";
import { configOf, nextAction, screenCandidate } from "./decide.js";
import { Evaluations } from "./evaluations.js";
import { best } from "./folds.js";
import type { SearchId } from "./identifiers.js";
import type { Report } from "./inbox.js";
import { JournalWriter } from "./journal-writer.js";
import { ObservingSearcher } from "./observing-searcher.js";
import type { Clock, EvaluationDispatcher, EvaluationStore, Journal, Roles } from "./ports.js";
import {
  candidatesQuestion,
  jointQuestion,
  ownCandidates,
  type Question,
  strategyQuestion,
} from "./role-exchanges.js";
import type { Searcher, Step } from "./searcher.js";
import type { Candidate, SearchState } from "./state.js";
import { StopGate } from "./stop-gate.js";

export interface LoopPorts {
  readonly journal: Journal;
  readonly roles: Roles;
  readonly dispatcher: EvaluationDispatcher;
  readonly store: Pick<EvaluationStore, "read">;
  readonly clock: Clock;
  /** Called whenever all is decided and the loop waits for something to come in. */
  readonly onWait?: () => void;
}

/**
 * Runs a search from wherever its journal is to its end, and returns the final state. Everything
 * it decides it reads from the state; everything it learns it appends to the journal first.
 *
 * @param state folded from the journal; must hold SearchStarted of `searchId`. Unless it ends
 *   with that or with SearchResumed, a SearchResumed is appended first.
 * @param signal aborted with a `StopRequest`; the journal then ends with SearchFinished
 *   (cancelled) or SearchInterrupted, without waiting for a port.
 * @throws what a port throws; the journal then ends with SearchInterrupted, unless it is the
 *   journal that failed.
 */
export async function runSearch<State>(
  searchId: SearchId,
  searcher: Searcher<State>,
  state: SearchState,
  ports: LoopPorts,
  signal: AbortSignal,
): Promise<SearchState> {
  if (state.started?.searchId !== searchId) {
    throw new RangeError(
      `runSearch: the journal is of ${state.started?.searchId ?? "no started search"}, not of ${searchId}`,
    );
  }
  const gate = new StopGate(signal);
  try {
    return await new SearchLoop(searchId, searcher, state, ports, gate).run();
  } finally {
    gate.close();
  }
}

/**
 * Decides, begins what follows, and when nothing follows any more takes in one report of what is
 * under way. All events are appended here, one after the other: what the loop decides depends on
 * the events so far alone, also where evaluations and roles work side by side.
 */
class SearchLoop<State> {
  readonly #searcher: ObservingSearcher<State>;
  readonly #roles: Roles;
  readonly #writer: JournalWriter;
  readonly #evaluations: Evaluations;
  readonly #activities: Activities;
  readonly #gate: StopGate;

  constructor(
    searchId: SearchId,
    searcher: Searcher<State>,
    state: SearchState,
    ports: LoopPorts,
    gate: StopGate,
  ) {
    const { started, space } = state;
    if (!started || !space) throw new RangeError("runSearch: the journal has no SearchStarted");
    this.#searcher = new ObservingSearcher(searcher, { config: started.config, space });
    this.#roles = ports.roles;
    this.#gate = gate;
    this.#writer = new JournalWriter(searchId, state, ports.journal, ports.clock);
    this.#evaluations = new Evaluations(ports, started, gate);
    this.#activities = new Activities(gate, ports.onWait ?? (() => undefined));
  }

  get #state(): SearchState {
    return this.#writer.state;
  }

  async run(): Promise<SearchState> {
    const { phase, lastType } = this.#state;
    if (phase === "finished") return this.#state;
    try {
      this.#gate.throwIfStopped();
      if (lastType !== "SearchStarted" && lastType !== "SearchResumed") {
        await this.#writer.record({ type: "SearchResumed" });
      }
      while (this.#state.phase !== "finished") {
        this.#gate.throwIfStopped();
        await this.#step();
      }
    } catch (error) {
      await this.#stopBecauseOf(error);
    }
    return this.#state;
  }

  async #step(): Promise<void> {
    const action = nextAction(this.#state, this.#activities.names);
    switch (action.kind) {
      case "propose":
        return this.#propose(action.iteration, action.count);
      case "ask-final-strategy":
        return this.#propose(action.iteration, configOf(this.#state).candidatesPerIteration);
      case "screen":
        return this.#screen(action.candidate);
      case "evaluate":
        for (const candidate of action.candidates) {
          this.#activities.begin(candidate.id, this.#evaluations.activity(candidate));
        }
        return;
      case "wait":
        return this.#takeIn(await this.#activities.next());
      case "finish":
        return this.#writer.record({
          type: "SearchFinished",
          reason: action.reason,
          ...this.#winner(),
        });
      case "rest":
        return;
    }
  }

  /** One step of the searcher: either its candidates, or a question to a role. */
  async #propose(iteration: number, count: number): Promise<void> {
    const { last } = this.#state.iterations;
    const record = last?.index === iteration ? last : undefined;
    const step = this.#searcher.propose(this.#state, {
      iteration,
      count,
      rng: createRng(configOf(this.#state).seed, this.#searcher.name, iteration),
      seen: this.#state.seen,
      seenClasses: this.#state.seenClasses,
      record: record ?? { degraded: [] },
    });
    if (step.kind === "candidates") {
      for (const event of ownCandidates(iteration, step, this.#state)) {
        await this.#writer.record(event);
      }
      return;
    }
    const { asked, activities } = this.#questionOf(step, record?.subBatches);
    await this.#writer.record(asked);
    for (const { name, activity } of activities) this.#activities.begin(name, activity);
  }

  #questionOf(
    step: Exclude<Step, { kind: "candidates" }>,
    begun: { readonly of: number; readonly settled: readonly number[] } | undefined,
  ): Question {
    switch (step.kind) {
      case "ask-navigator":
        return strategyQuestion(step.request, this.#roles, this.#gate);
      case "ask-navigator-alone":
        return jointQuestion(step.request, this.#roles, this.#gate);
      case "ask-generator": {
        const most = configOf(this.#state).subBatches;
        const subBatches = begun ?? { of: Math.min(most, step.request.count), settled: [] };
        return candidatesQuestion(step.request, this.#roles, this.#gate, subBatches);
      }
    }
  }

  async #screen(candidate: Candidate): Promise<void> {
    const verdict = screenCandidate(this.#state, candidate);
    await this.#writer.record(verdict);
    if (verdict.type === "EvaluationRequested") this.#evaluations.noteRequested(candidate.id);
  }

  /** Journals a report. A failure ends the search, once the others have told what they know. */
  async #takeIn(report: Report): Promise<void> {
    if (report.kind === "failure") {
      this.#activities.noteFailed(report.activity);
      await this.#takeInRest(() =>
        this.#activities.areAnyAlive ? this.#activities.next() : undefined,
      );
      throw report.error;
    }
    await this.#writer.record(report.eventOf(this.#state));
    if (report.endOf !== undefined) this.#activities.noteOver(report.endOf);
    report.journaled();
  }

  /** Before the end of this life: what came in is not lost, as long as it leads to no decision. */
  async #takeInRest(next: () => Report | Promise<Report> | undefined): Promise<void> {
    while (nextAction(this.#state, this.#activities.names).kind === "wait") {
      const report = await next();
      if (!report) return;
      if (report.kind === "failure") this.#activities.noteFailed(report.activity);
      else await this.#takeIn(report);
    }
  }

  #winner(): { bestCandidateId?: string } {
    const winner = best(this.#state);
    return winner ? { bestCandidateId: winner.id } : {};
  }

  async #stopBecauseOf(error: unknown): Promise<void> {
    const { request } = this.#gate;
    if (request) await this.#takeInRest(() => this.#activities.take());
    switch (request?.kind) {
      case "cancel":
        return this.#writer.record({
          type: "SearchFinished",
          reason: "cancelled",
          ...this.#winner(),
        });
      case "shutdown": {
        // A search that was interrupted before it went on has nothing to add.
        if (this.#state.phase === "interrupted") return;
        const { reason, cause } = request;
        return this.#writer.record({
          type: "SearchInterrupted",
          reason,
          ...(cause === undefined ? {} : { cause }),
        });
      }
      case undefined: {
        const reason = error instanceof Error ? error.message : String(error);
        // If the journal is what failed, its first error is the one to tell.
        await this.#writer.record({ type: "SearchInterrupted", reason }).catch(() => undefined);
        throw error;
      }
    }
  }
}
