import { createRng } from "@collm/search-space";
import { configOf, nextAction, screenCandidate } from "./decide.js";
import { BatchEvaluator } from "./evaluate-batch.js";
import { best } from "./folds.js";
import type { SearchId } from "./identifiers.js";
import { JournalWriter } from "./journal-writer.js";
import type { Clock, EvaluationDispatcher, EvaluationStore, Journal, Roles } from "./ports.js";
import { askGenerator, askNavigator, askNavigatorAlone, takeCandidates } from "./role-exchanges.js";
import type { Searcher, Turn } from "./searcher.js";
import { type Candidate, isClosed, type SearchState } from "./state.js";
import { StopGate } from "./stop-gate.js";

export interface LoopPorts {
  readonly journal: Journal;
  readonly roles: Roles;
  readonly dispatcher: EvaluationDispatcher;
  readonly store: Pick<EvaluationStore, "read">;
  readonly clock: Clock;
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

class SearchLoop<State> {
  readonly #searcher: Searcher<State>;
  readonly #roles: Roles;
  readonly #writer: JournalWriter;
  readonly #evaluator: BatchEvaluator;
  readonly #gate: StopGate;
  #searcherState: State;
  #observedIterations = 0;

  constructor(
    searchId: SearchId,
    searcher: Searcher<State>,
    state: SearchState,
    ports: LoopPorts,
    gate: StopGate,
  ) {
    if (!state.space) throw new RangeError("runSearch: the journal has no SearchStarted");
    this.#searcher = searcher;
    this.#roles = ports.roles;
    this.#gate = gate;
    this.#writer = new JournalWriter(searchId, state, ports.journal, ports.clock);
    this.#evaluator = new BatchEvaluator(ports, this.#writer, gate);
    this.#searcherState = searcher.initial({ config: configOf(state), space: state.space });
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
    const action = nextAction(this.#state);
    switch (action.kind) {
      case "propose":
        return this.#propose(action.iteration, action.count);
      case "ask-final-strategy":
        return this.#propose(action.iteration, configOf(this.#state).candidatesPerIteration);
      case "screen":
        return this.#screen(action.candidate);
      case "evaluate":
        return this.#evaluator.evaluateAll(action.candidates);
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

  /** One step of the searcher: either its candidates, or one answer of a role. */
  async #propose(iteration: number, count: number): Promise<void> {
    this.#observeClosedIterations();
    const open = this.#state.iterations.find((record) => record.index === iteration);
    const turn: Turn = {
      iteration,
      count,
      rng: createRng(configOf(this.#state).seed, this.#searcher.name, iteration),
      seen: this.#state.seen,
      seenClasses: this.#state.seenClasses,
      record: open ?? { degraded: [] },
    };
    const step = this.#searcher.propose(this.#searcherState, turn);
    switch (step.kind) {
      case "ask-navigator":
        return askNavigator(step.request, this.#roles, this.#writer, this.#gate);
      case "ask-generator":
        return askGenerator(step.request, this.#roles, this.#writer, this.#gate);
      case "ask-navigator-alone":
        return askNavigatorAlone(step.request, this.#roles, this.#writer, this.#gate);
      case "candidates":
        return takeCandidates(iteration, step, this.#writer);
    }
  }

  #observeClosedIterations(): void {
    for (const record of this.#state.iterations.slice(this.#observedIterations)) {
      if (!isClosed(record)) return;
      this.#searcherState = this.#searcher.observe(this.#searcherState, record);
      this.#observedIterations++;
    }
  }

  async #screen(candidate: Candidate): Promise<void> {
    const verdict = screenCandidate(this.#state, candidate);
    await this.#writer.record(verdict);
    if (verdict.type === "EvaluationRequested") this.#evaluator.noteRequested(candidate.id);
  }

  #winner(): { bestCandidateId?: string } {
    const winner = best(this.#state);
    return winner ? { bestCandidateId: winner.id } : {};
  }

  async #stopBecauseOf(error: unknown): Promise<void> {
    const { request } = this.#gate;
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
