import { best, evaluatedCount, isClosed, type SearchEvent, type SearchState } from "@collm/search";
import { collm, failSpan, idsFrom, isTracing, spanNames, startFixedSpan } from "@collm/tracing";
import { type Attributes, type Context, context, type Span, trace } from "@opentelemetry/api";

/** A span that is under way, and what makes others part of it. */
interface Open {
  readonly span: Span;
  readonly context: Context;
}

/**
 * One search as a trace, told from its journal: the search, its rounds, and each stretch that a
 * coordinator drives. Their ids follow from the search's, so that whoever goes on with a search goes on with its
 * trace; a span is exported by the coordinator that sees its end.
 */
export class SearchTrace {
  readonly #searchId: string;
  readonly #rounds = new Map<number, Open>();
  #root: Open | undefined;

  private constructor(searchId: string) {
    this.#searchId = searchId;
  }

  /**
   * Undefined unless spans are exported.
   *
   * @param events of the journal so far, which led to `state`
   */
  static of(
    searchId: string,
    events: readonly SearchEvent[],
    state: SearchState,
  ): SearchTrace | undefined {
    if (!isTracing()) return undefined;
    const made = new SearchTrace(searchId);
    for (const event of events) {
      // A round that is over was told by whoever saw its end.
      if (!("iteration" in event && isOver(event.iteration, state))) made.#begin(event);
    }
    return made;
  }

  /** Told after each event, with the state that it led to. */
  noted(event: SearchEvent, state: SearchState): void {
    this.#begin(event);
    const at = new Date(event.at);
    if ("iteration" in event && isOver(event.iteration, state)) {
      this.#end(event.iteration, state, at);
    }
    if (event.type !== "SearchFinished") return;
    for (const iteration of [...this.#rounds.keys()]) this.#end(iteration, state, at);
    this.#root?.span.setAttributes({
      [collm.finishReason]: event.reason,
      [collm.iteration]: state.iterations.length,
      ...progressOf(state),
    });
    this.#root?.span.end(at);
  }

  /** The search, or one of its rounds that is under way. */
  contextOf(iteration?: number): Context {
    const round = iteration === undefined ? undefined : this.#rounds.get(iteration);
    return (round ?? this.#root)?.context ?? context.active();
  }

  /** Begins a stretch that is driven here; call what is returned at its end. */
  drive(): (interruption: string | undefined) => void {
    const span = trace.getTracer("collm").startSpan(spanNames.drive, {}, this.contextOf());
    return (interruption) => {
      if (interruption !== undefined) failSpan(span, "interrupted", interruption);
      span.end();
    };
  }

  #begin(event: SearchEvent): void {
    if (event.type === "SearchStarted") {
      const { config, supernet } = event;
      this.#root = this.#open(spanNames.search, "", event.at, {
        [collm.searcher]: config.searcher,
        [collm.supernet]: supernet.name,
        [collm.seed]: config.seed,
      });
    }
    if (!("iteration" in event) || this.#rounds.has(event.iteration)) return;
    const { iteration } = event;
    const attributes = { [collm.iteration]: iteration };
    const round = this.#open(spanNames.iteration, `/${iteration}`, event.at, attributes);
    this.#rounds.set(iteration, round);
  }

  /** @param suffix tells the spans of a search apart */
  #open(name: string, suffix: string, at: string, attributes: Attributes): Open {
    const span = startFixedSpan(
      name,
      { ...idsFrom(`${this.#searchId}${suffix}`), traceId: idsFrom(this.#searchId).traceId },
      {
        startTime: new Date(at),
        attributes: { [collm.searchId]: this.#searchId, ...attributes },
      },
      this.#root?.context,
    );
    return { span, context: trace.setSpan(context.active(), span) };
  }

  #end(iteration: number, state: SearchState, at: Date): void {
    const candidates = state.iterations.at(iteration - 1)?.candidates ?? [];
    this.#rounds
      .get(iteration)
      ?.span.setAttributes({ [collm.candidates]: candidates.length, ...progressOf(state) })
      .end(at);
    this.#rounds.delete(iteration);
  }
}

function isOver(iteration: number, state: SearchState): boolean {
  const record = state.iterations.at(iteration - 1);
  return record !== undefined && isClosed(record);
}

function progressOf(state: SearchState): Attributes {
  const top1Percent = best(state)?.status.result.top1Percent;
  return {
    [collm.candidatesEvaluated]: evaluatedCount(state),
    ...(top1Percent === undefined ? {} : { [collm.bestTop1Percent]: top1Percent }),
  };
}
