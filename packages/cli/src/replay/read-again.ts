import { notationShape, parseCandidates } from "@collm/llm";
import type { EventOf, SearchEvent, SearchState } from "@collm/search";

/** What came of reading the models' journaled answers again. */
export interface ReadAgain {
  /** Answers that say what the journal says they did. */
  readonly equal: number;
  /** Numbers of the events whose answer says something else today. */
  readonly different: readonly number[];
}

/**
 * Reads every answer that a role gave once more, and compares what is in it with what the search
 * was told. The search itself is replayed with what it was told: this tells whether the parser
 * still agrees, or whether someone changed one and not the other.
 */
export function readAnswersAgain(
  events: readonly SearchEvent[],
  { space }: SearchState,
): ReadAgain {
  const shape = space && notationShape(space.jsonSchema());
  const verdicts = events.flatMap((event) => {
    const answer = lastAnswer(event);
    if (answer === undefined || !shape) return [];
    if (event.type === "StrategyProposed") {
      return [{ seq: event.seq, isEqual: event.strategy === answer }];
    }
    if (event.type !== "CandidatesProposed" || event.origin !== "generator") return [];
    const read = parseCandidates(answer, shape).map(({ text, notation, problem }) =>
      JSON.stringify([text, notation, problem]),
    );
    return [{ seq: event.seq, isEqual: told(event).join() === read.join() }];
  });
  return {
    equal: verdicts.filter(({ isEqual }) => isEqual).length,
    different: verdicts.flatMap(({ seq, isEqual }) => (isEqual ? [] : [seq])),
  };
}

/** The text that the role made of; attempts before it were repeated. */
function lastAnswer(event: SearchEvent): string | undefined {
  return "exchanges" in event ? event.exchanges.at(-1)?.answer : undefined;
}

function told({ candidates }: EventOf<"CandidatesProposed">): readonly string[] {
  return candidates.map(({ text, notation, problem }) => JSON.stringify([text, notation, problem]));
}
