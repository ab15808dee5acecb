import { CollmError } from "@collm/errors";
import { best, type EventOf, type SearchId, type SearchState } from "@collm/search";
import { context } from "@opentelemetry/api";
import type { ActiveSearch } from "./active-search.js";
import type { TestRequest } from "./test-request.js";

type TestResult = EventOf<"TestCompleted">["result"];

/**
 * What is asked of an evaluator for the winner of a search.
 *
 * @throws CollmError failed-precondition unless the search has finished with a winner
 */
export function testRequestOf(id: SearchId, state: SearchState): TestRequest {
  const canonical = best(state)?.architecture.canonical;
  if (state.phase === "finished" && state.started && canonical !== undefined) {
    const { name: supernet, contextDigest } = state.started.supernet;
    return { supernet, contextDigest, searchId: id, canonical };
  }
  const why = state.phase === "finished" ? "it has no feasible result" : `it is ${state.phase}`;
  throw new CollmError(
    "failed-precondition",
    `test split of "${id}": allowed only for the winner of a finished search, but ${why}`,
  );
}

/**
 * Has the winner of a finished search measured on the sealed test split. The intent is journaled before
 * an evaluator is asked; what was measured before is not measured again.
 *
 * @throws CollmError as `testRequestOf` does, and what kept the winner from being measured
 */
export async function openTestSplit(
  search: ActiveSearch,
  measureTest: (request: TestRequest) => Promise<TestResult>,
): Promise<TestResult> {
  const { id, state, trace } = search;
  if (state.test) return state.test.result;
  const request = testRequestOf(id, state);
  const { canonical } = request;
  if (state.testOpened === undefined) await search.record({ type: "TestOpened", canonical });
  const measure = () => measureTest(request);
  const result = await (trace ? context.with(trace.contextOf(), measure) : measure());
  await search.record({ type: "TestCompleted", canonical, result });
  return result;
}
