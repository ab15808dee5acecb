import type { EventBody, SearchEvent } from "@collm/search";
import fc from "fast-check";

const at = fc
  .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());
const count = fc.nat();
const positive = fc.integer({ min: 1, max: 1_000_000 });
/** Any text a model may answer: line breaks, quotes, characters of one to four bytes. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom("\n", "\r", '"', "\\", "\u2028", "\0", "a", "é", "語", "😀") }),
);
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));
const exchange = fc.record(
  {
    backend: arbitraryText,
    model: arbitraryText,
    request: json,
    answer: arbitraryText,
    reasoning: arbitraryText,
    error: arbitraryText,
    isCutOff: fc.boolean(),
    usage: fc.record({
      inputTokens: count,
      cachedInputTokens: count,
      outputTokens: count,
      reasoningTokens: count,
    }),
    seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  },
  { requiredKeys: ["backend", "model", "request", "answer", "usage", "seconds"] },
);
const result = fc.record({
  top1Percent: fc.double({ min: 0, max: 100, noNaN: true }),
  top5Percent: fc.double({ min: 0, max: 100, noNaN: true }),
  images: positive,
  seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
});

const body: fc.Arbitrary<EventBody> = fc.oneof(
  fc.record({ type: fc.constant("SearchResumed" as const) }),
  fc.record(
    {
      type: fc.constant("SearchInterrupted" as const),
      reason: arbitraryText,
      cause: fc.constant("shutdown" as const),
    },
    { requiredKeys: ["type", "reason"] },
  ),
  fc.record(
    {
      type: fc.constant("StrategyRequested" as const),
      iteration: positive,
      requestDigest: arbitraryText,
    },
    { requiredKeys: ["type", "iteration"] },
  ),
  fc.record({
    type: fc.constant("StrategyProposed" as const),
    iteration: positive,
    strategy: arbitraryText,
    exchanges: fc.array(exchange, { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant("EvaluationCompleted" as const),
    iteration: positive,
    candidateId: arbitraryText,
    key: arbitraryText,
    result,
    source: fc.constantFrom("evaluator" as const, "store" as const),
  }),
  fc.record({
    type: fc.constant("EvaluationFailed" as const),
    iteration: positive,
    candidateId: arbitraryText,
    key: arbitraryText,
    code: arbitraryText,
    message: arbitraryText,
    willRetry: fc.boolean(),
  }),
);

/**
 * Lists of well-formed events of one search, numbered from 1. They need not make sense together:
 * journals keep events, folds judge them.
 */
export function arbitraryEvents(
  options: { readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<SearchEvent[]> {
  const { minLength = 0, maxLength = 12 } = options;
  return fc
    .array(fc.tuple(body, at), { minLength, maxLength })
    .map((list) =>
      list.map(
        ([one, time], i): SearchEvent =>
          JSON.parse(JSON.stringify({ v: 1, seq: i + 1, searchId: "property", at: time, ...one })),
      ),
    );
}

/** The `seq`-th event of a dull search, for tests that do not care what happens in it. */
export function plainEvent(seq: number, searchId = "plain"): SearchEvent {
  return {
    v: 1,
    seq,
    searchId,
    at: "2026-01-01T00:00:00.000Z",
    type: "StrategyRequested",
    iteration: seq,
  };
}
