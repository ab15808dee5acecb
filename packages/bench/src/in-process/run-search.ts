import { createHeuristicRoles } from "@collm/llm";
import {
  applyEvent,
  best,
  createSearcher,
  type EvaluationDispatcher,
  emptyState,
  journalVersion,
  parseSearchId,
  presentedSupernet,
  rolesOf,
  runSearch,
} from "@collm/search";
import { LlmLedger, type RecordKey, recordOf, type SearchRecord } from "../record.js";
import type { Arm } from "../suites/arm.js";
import type { OpenedTarget } from "./table-target.js";

const searchId = parseSearchId("bench");

/**
 * One search without services: the same loop, searchers and parsers, with a journal that keeps only
 * what language models cost, a table in the place of an evaluator and a clock that moves on by what
 * the table charges. Roles are played by the heuristic. The test split is read when the search has
 * finished, for its winner alone.
 */
export async function runSearchInProcess(
  key: RecordKey,
  arm: Arm,
  target: OpenedTarget,
): Promise<SearchRecord> {
  const config = { ...arm.config, seed: key.seed };
  const clock = new VirtualClock();
  const ledger = new LlmLedger();
  const started = applyEvent(emptyState, {
    v: journalVersion,
    seq: 1,
    searchId,
    at: clock.now().toISOString(),
    type: "SearchStarted",
    config,
    supernet: presentedSupernet(target.info, config),
    versions: {},
    roles: Object.fromEntries(rolesOf[config.searcher].map((role) => [role, "heuristic"])),
  });
  const state = await runSearch(
    searchId,
    createSearcher(config.searcher),
    started,
    {
      journal: {
        append: (event) => {
          ledger.note(event);
          return done;
        },
      },
      roles: createHeuristicRoles(),
      // Nothing is shared between searches, so that each is charged for what it asks.
      store: { read: () => nothingStored },
      clock,
      dispatcher: tableDispatcher(target, clock),
    },
    new AbortController().signal,
  );
  const winner = best(state);
  const test = winner && target.lookUp(winner.architecture.canonical, "test");
  return recordOf(key, state, ledger.calls, test?.top1Percent);
}

const done = Promise.resolve();
const nothingStored = Promise.resolve(undefined);

/** Answers at once and charges what the table says. */
function tableDispatcher(target: OpenedTarget, clock: VirtualClock): EvaluationDispatcher {
  return {
    evaluate: async ({ canonical }, _signal, onStarted) => {
      onStarted();
      const result = target.lookUp(canonical, "validation");
      if (!result) {
        return {
          kind: "failed",
          code: "not-found",
          message: `${canonical}: the table has no validation accuracy of it`,
          isRetryable: false,
        };
      }
      clock.passSeconds(result.seconds);
      return { kind: "completed", result, isStored: false };
    },
  };
}

/** Stands still but for the time that evaluations are charged. */
class VirtualClock {
  #ms = 0;

  passSeconds(seconds: number): void {
    this.#ms += 1000 * seconds;
  }

  now(): Date {
    return new Date(this.#ms);
  }
}
