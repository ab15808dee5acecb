import type { SearchEvent } from "../events.js";

/** Events that ask, start or stop something: how often depends on deaths, not on the search. */
const circumstances = new Set<SearchEvent["type"]>([
  "SearchResumed",
  "SearchInterrupted",
  "StrategyRequested",
  "CandidatesRequested",
  "EvaluationStarted",
]);

/**
 * What a journal decided, as comparable text: without numbers, times, repeated requests and the
 * source of results, and with each batch's results in proposal order. Two journals with equal
 * decisions are the same search.
 */
export function decisionsOf(events: readonly SearchEvent[]): readonly string[] {
  const lines: string[] = [];
  let results: { readonly id: string; readonly line: string }[] = [];
  const flush = (): void => {
    results.sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
    lines.push(...results.map(({ line }) => line));
    results = [];
  };
  for (const { seq: _seq, at: _at, ...event } of events) {
    if (circumstances.has(event.type)) continue;
    if (event.type === "EvaluationRequested" && event.attempt > 1) continue;
    if (event.type === "EvaluationCompleted") {
      const { source: _source, ...result } = event;
      results.push({ id: event.candidateId, line: JSON.stringify(result) });
    } else if (event.type === "EvaluationFailed") {
      results.push({ id: event.candidateId, line: JSON.stringify(event) });
    } else {
      flush();
      lines.push(JSON.stringify(event));
    }
  }
  flush();
  return lines;
}
