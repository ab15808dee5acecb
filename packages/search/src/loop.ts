import { createRng } from "@collm/search-space";
import { configOf, nextAction, screenCandidate } from "./decide.js";
import type { EventBody, SearchEvent } from "./events.js";
import { journalVersion } from "./events.js";
import { best } from "./folds.js";
import { candidateId, type SearchId } from "./identifiers.js";
import type { Clock, EvaluationDispatcher, EvaluationStore, Journal, Roles } from "./ports.js";
import type { Searcher, Step, Turn } from "./searcher.js";
import { applyEvent, type Candidate, isClosed, type SearchState } from "./state.js";

/** Attempts an evaluation gets when its failures are worth retrying. */
const maxAttempts = 3;

export interface LoopPorts {
  readonly journal: Journal;
  readonly roles: Roles;
  readonly dispatcher: EvaluationDispatcher;
  readonly store: Pick<EvaluationStore, "read">;
  readonly clock: Clock;
}

/** Why a running search is told to stop: the user's cancellation, or the service's shutdown. */
export type StopRequest =
  | { readonly kind: "cancel" }
  | { readonly kind: "shutdown"; readonly reason: string };

/**
 * Runs a search from wherever its journal is to its end, and returns the final state. Everything
 * it decides it reads from the state; everything it learns it appends to the journal first.
 *
 * @param state folded from the journal; must hold SearchStarted.
 * @param signal aborted with a {@link StopRequest}; the journal then ends with SearchFinished
 *   (cancelled) or SearchInterrupted.
 * @throws what a port throws; the journal then ends with SearchInterrupted where it still can.
 */
export async function runSearch<State>(
  searchId: SearchId,
  searcher: Searcher<State>,
  state: SearchState,
  ports: LoopPorts,
  signal: AbortSignal,
): Promise<SearchState> {
  const loop = new SearchLoop(searchId, searcher, state, ports, signal);
  return loop.run();
}

class SearchLoop<State> {
  readonly #searchId: SearchId;
  readonly #searcher: Searcher<State>;
  readonly #ports: LoopPorts;
  readonly #signal: AbortSignal;
  #state: SearchState;
  /** Candidates whose evaluation this process has asked for; others were asked for in an earlier life. */
  readonly #requestedHere = new Set<string>();
  #searcherState: State;
  #observedIterations = 0;
  /** Appends one after the other, whoever asks. */
  #lastAppend: Promise<unknown> = Promise.resolve();

  constructor(
    searchId: SearchId,
    searcher: Searcher<State>,
    state: SearchState,
    ports: LoopPorts,
    signal: AbortSignal,
  ) {
    if (!state.space) throw new RangeError("runSearch: the journal has no SearchStarted");
    this.#searchId = searchId;
    this.#searcher = searcher;
    this.#state = state;
    this.#ports = ports;
    this.#signal = signal;
    this.#searcherState = searcher.initial({ config: configOf(state), space: state.space });
  }

  async run(): Promise<SearchState> {
    try {
      while (this.#state.phase !== "finished") {
        this.#signal.throwIfAborted();
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
        return this.#evaluateAll(action.candidates);
      case "finish": {
        const winner = best(this.#state);
        return this.#record({
          type: "SearchFinished",
          reason: action.reason,
          ...(winner ? { bestCandidateId: winner.id } : {}),
        });
      }
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
      record: open ?? { degraded: [] },
    };
    const step = this.#searcher.propose(this.#searcherState, turn);
    switch (step.kind) {
      case "ask-navigator":
        return this.#askNavigator(iteration, step);
      case "ask-generator":
        return this.#askGenerator(iteration, step);
      case "candidates":
        return this.#takeCandidates(iteration, step);
    }
  }

  #observeClosedIterations(): void {
    for (const record of this.#state.iterations.slice(this.#observedIterations)) {
      if (!isClosed(record)) return;
      this.#searcherState = this.#searcher.observe(this.#searcherState, record);
      this.#observedIterations++;
    }
  }

  async #askNavigator(
    iteration: number,
    step: Extract<Step, { kind: "ask-navigator" }>,
  ): Promise<void> {
    await this.#record({ type: "StrategyRequested", iteration });
    const answer = await this.#ports.roles.proposeStrategy(step.request, this.#signal);
    const exchanges = [...answer.exchanges];
    if (answer.kind === "answered" && answer.value.trim() !== "") {
      await this.#record({
        type: "StrategyProposed",
        iteration,
        strategy: answer.value,
        exchanges,
      });
      return;
    }
    await this.#record({
      type: "Degraded",
      iteration,
      role: "navigator",
      reason: answer.kind === "failed" ? answer.reason : "its answer was empty",
      fallback: "the last strategy stays in force",
      exchanges,
    });
  }

  async #askGenerator(
    iteration: number,
    step: Extract<Step, { kind: "ask-generator" }>,
  ): Promise<void> {
    await this.#record({ type: "CandidatesRequested", iteration, count: step.request.count });
    const answer = await this.#ports.roles.proposeCandidates(step.request, this.#signal);
    const exchanges = [...answer.exchanges];
    if (answer.kind === "answered" && answer.value.length > 0) {
      await this.#record({
        type: "CandidatesProposed",
        iteration,
        origin: "generator",
        candidates: answer.value.map((proposal, i) => ({
          id: candidateId(iteration, i + 1),
          text: proposal.text,
          ...(isNotation(proposal.notation) ? { notation: proposal.notation } : {}),
          ...(proposal.problem === undefined ? {} : { problem: proposal.problem }),
        })),
        exchanges,
      });
      return;
    }
    await this.#record({
      type: "Degraded",
      iteration,
      role: "generator",
      reason: answer.kind === "failed" ? answer.reason : "its answer held no candidate",
      fallback: "uniform sampling within the limits for this iteration",
      exchanges,
    });
  }

  async #takeCandidates(
    iteration: number,
    step: Extract<Step, { kind: "candidates" }>,
  ): Promise<void> {
    if (step.degraded) {
      await this.#record({
        type: "Degraded",
        iteration,
        ...step.degraded,
        fallback: "uniform sampling within the limits for this iteration",
        exchanges: [],
      });
    }
    const space = this.#state.space;
    await this.#record({
      type: "CandidatesProposed",
      iteration,
      origin: step.origin,
      candidates: step.architectures.map((architecture, i) => ({
        id: candidateId(iteration, i + 1),
        notation: space?.notation(architecture) as string,
      })),
      exchanges: [],
    });
  }

  async #screen(candidate: Candidate): Promise<void> {
    const verdict = screenCandidate(this.#state, candidate);
    if (verdict.type === "EvaluationRequested") this.#requestedHere.add(candidate.id);
    await this.#record(verdict);
  }

  /**
   * Evaluates a batch. Results are journaled as they arrive, so that a death loses only the work
   * in flight; folds read them in proposal order, so that arrival order decides nothing.
   */
  async #evaluateAll(candidates: readonly Candidate[]): Promise<void> {
    const outcomes = await Promise.allSettled(
      candidates.map((candidate) => this.#evaluate(candidate)),
    );
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) throw failure.reason;
  }

  async #evaluate(candidate: Candidate): Promise<void> {
    const { iteration, key, architecture, cost } = candidate;
    if (!key || !architecture || !cost) throw new RangeError(`${candidate.id} was not screened`);
    const { supernet } = this.#state.started ?? {};
    if (!supernet) throw new RangeError("the search has not started");
    const common = { iteration, candidateId: candidate.id, key };

    const stored = await this.#ports.store.read(key);
    if (stored) {
      await this.#record({
        type: "EvaluationCompleted",
        ...common,
        result: stored,
        source: "store",
      });
      return;
    }
    if (!this.#requestedHere.has(candidate.id)) {
      this.#requestedHere.add(candidate.id);
      await this.#record({
        type: "EvaluationRequested",
        ...common,
        canonical: architecture.canonical,
        cost,
        isFeasible: candidate.isFeasible ?? true,
        attempt: candidate.attempts + 1,
      });
    }
    const outcome = await this.#ports.dispatcher.evaluate(
      {
        searchId: this.#searchId,
        candidateId: candidate.id,
        supernet: supernet.name,
        canonical: architecture.canonical,
        contextDigest: supernet.contextDigest,
        key,
      },
      this.#signal,
    );
    if (outcome.kind === "completed") {
      await this.#record({
        type: "EvaluationCompleted",
        ...common,
        result: outcome.result,
        source: outcome.isStored ? "store" : "evaluator",
      });
      return;
    }
    const failures = candidate.status.kind === "requested" ? candidate.status.failures + 1 : 1;
    const willRetry = outcome.isRetryable && failures < maxAttempts;
    this.#requestedHere.delete(candidate.id);
    await this.#record({
      type: "EvaluationFailed",
      ...common,
      code: outcome.code,
      message: outcome.message,
      willRetry,
    });
  }

  /** Journals one event, then folds it in; concurrent callers queue. */
  async #record(body: EventBody): Promise<void> {
    const append = this.#lastAppend.then(async () => {
      const event = {
        v: journalVersion,
        seq: this.#state.lastSeq + 1,
        searchId: this.#searchId,
        at: this.#ports.clock.now().toISOString(),
        ...body,
      } as SearchEvent;
      await this.#ports.journal.append(event);
      this.#state = applyEvent(this.#state, event);
    });
    // A failed append must not fail the appends queued behind it a second time.
    this.#lastAppend = append.catch(() => undefined);
    await append;
  }

  async #stopBecauseOf(error: unknown): Promise<void> {
    const stop = this.#signal.aborted ? (this.#signal.reason as StopRequest) : undefined;
    if (stop?.kind === "cancel") {
      const winner = best(this.#state);
      await this.#record({
        type: "SearchFinished",
        reason: "cancelled",
        ...(winner ? { bestCandidateId: winner.id } : {}),
      });
      return;
    }
    if (stop?.kind === "shutdown") {
      await this.#record({ type: "SearchInterrupted", reason: stop.reason });
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    await this.#record({ type: "SearchInterrupted", reason });
    throw error;
  }
}

function isNotation(value: unknown): value is string | unknown[] | Record<string, unknown> {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}
