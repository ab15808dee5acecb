import type {
  CandidatesRequest,
  Exchange,
  JointRequest,
  Roles,
  StrategyRequest,
} from "@collm/search";
import { readCandidates } from "../answers/read-candidates.js";
import { readJointAnswer } from "../answers/read-joint-answer.js";
import { heuristicExchange } from "../exchange.js";
import { createRoleMetrics } from "../role-metrics.js";
import { heuristicReflectionAndCandidates } from "./alone.js";
import { heuristicCandidates } from "./generator.js";
import { heuristicStrategy } from "./navigator.js";

/** What the heuristic wrote, and the journal's record of it. */
export interface HeuristicAnswer {
  readonly text: string;
  readonly exchange: Exchange;
}

/** Milliseconds on any scale; only differences count. */
type NowMs = () => number;

/** The heuristic as Navigator. */
export function answerAsNavigator(request: StrategyRequest, nowMs: NowMs): HeuristicAnswer {
  return timed(rounds(request), nowMs, () => heuristicStrategy(request));
}

/** The heuristic as Generator; its text is read by the parser of models' answers. */
export function answerAsGenerator(request: CandidatesRequest, nowMs: NowMs): HeuristicAnswer {
  const { iteration, count, visited, seed } = request;
  const input = { iteration, count, visited: visited.length, seed };
  return timed(input, nowMs, () => heuristicCandidates(request));
}

/** The heuristic as the one model of SiLLM. */
export function answerAlone(request: JointRequest, nowMs: NowMs): HeuristicAnswer {
  return timed(rounds(request), nowMs, () => heuristicReflectionAndCandidates(request));
}

/**
 * All roles for searches that run in one process: what the services answer with the `heuristic`
 * backend. Its time is not measured, so that the same search gives the same journal.
 */
export function createHeuristicRoles(): Roles {
  const standingStill: NowMs = () => 0;
  const uncounted = createRoleMetrics("heuristic");
  return {
    proposeStrategy: async (request) => {
      const { text, exchange } = answerAsNavigator(request, standingStill);
      return { kind: "answered", value: text, exchanges: [exchange] };
    },
    proposeCandidates: async (request) => {
      const { text, exchange } = answerAsGenerator(request, standingStill);
      const value = readCandidates(request.space, text, uncounted);
      return { kind: "answered", value, exchanges: [exchange] };
    },
    proposeStrategyAndCandidates: async (request) => {
      const { text, exchange } = answerAlone(request, standingStill);
      return readJointAnswer(request, text, [exchange], uncounted);
    },
  };
}

function rounds({ iteration, trajectory, hasMemory, seed }: StrategyRequest) {
  return { iteration, rounds: trajectory.length, hasMemory, seed };
}

function timed(
  input: Readonly<Record<string, unknown>>,
  nowMs: NowMs,
  write: () => string,
): HeuristicAnswer {
  const startedMs = nowMs();
  const text = write();
  return { text, exchange: heuristicExchange(input, text, (nowMs() - startedMs) / 1_000) };
}
