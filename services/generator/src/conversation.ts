import {
  type ChatMessage,
  costHint,
  limitsInWords,
  missionInWords,
  newestWithin,
  type PromptSet,
  trialInWords,
  trialsInWords,
  visitedInWords,
} from "@collm/llm";
import type { CandidatesRequest } from "@collm/search";
import { createSearchSpace, type SearchSpace } from "@collm/search-space";

/** Files that a prompt set of the Generator must have. */
export const generatorPrompts = [
  "system",
  "round",
  "earlier",
  "visited",
  "costs",
  "opro-system",
  "opro-first-round",
  "opro-round",
] as const;

/** Estimated tokens that earlier rounds may take, which only the memory ablation and OPRO show. */
const maxHistoryTokens = 12_000;
/** Scored solutions that OPRO shows, as many as its authors' code does. */
const maxSolutions = 20;

/**
 * Renders the Generator's request: one system and one user message. It holds the strategy, the
 * space, the limits, what choices cost and what not to repeat; the last two only if the request
 * says so. Results of earlier rounds are in it only when the request has a history, which it does
 * not by default. A request without a strategy is OPRO's: scored solutions stand in its place.
 */
export function renderConversation(
  prompts: PromptSet,
  request: CandidatesRequest,
): readonly ChatMessage[] {
  const space = createSearchSpace(request.space);
  const isAlone = request.strategy === "";
  const system = prompts.render(isAlone ? "opro-system" : "system", {
    mission: missionInWords(request.task),
    space: space.describe(),
  });
  const user = isAlone
    ? solutionsRound(prompts, space, request)
    : prompts.render("round", {
        strategy: request.strategy,
        earlier: earlierRounds(prompts, request),
        costs: costs(prompts, space, request),
        visited: visited(prompts, space, request.visited),
        count: String(request.count),
      });
  return [
    { role: "system", content: system },
    { role: "user", content: user },
  ];
}

/** JSON Schema of an answer, for endpoints that can constrain what a model writes. */
export function answerSchema(request: CandidatesRequest): Readonly<Record<string, unknown>> {
  const { $schema: _, ...architecture } = createSearchSpace(request.space).jsonSchema();
  return {
    type: "object",
    properties: {
      candidates: {
        type: "array",
        items: architecture,
        minItems: request.count,
        maxItems: request.count,
      },
    },
    required: ["candidates"],
    additionalProperties: false,
  };
}

function costs(prompts: PromptSet, space: SearchSpace, request: CandidatesRequest): string {
  const { task, hasCostHints } = request;
  const table = hasCostHints ? costHint(space, task.limits) : "";
  if (table === "") return "";
  return prompts.render("costs", { limits: limitsInWords(task.limits), table });
}

function visited(prompts: PromptSet, space: SearchSpace, canonicals: readonly string[]): string {
  const architectures = visitedInWords(space, canonicals);
  return architectures === "" ? "" : prompts.render("visited", { architectures });
}

/** OPRO's request: the best scored solutions, in ascending order. */
function solutionsRound(
  prompts: PromptSet,
  space: SearchSpace,
  request: CandidatesRequest,
): string {
  const common = { costs: costs(prompts, space, request), count: String(request.count) };
  const trials = request.history
    .flatMap((round) => round.trials)
    .sort((a, b) => a.top1Percent - b.top1Percent)
    .slice(-maxSolutions);
  if (trials.length === 0) return prompts.render("opro-first-round", common);
  const lines = trials.map((trial) => trialInWords(trial, request.task.limits));
  return prompts.render("opro-round", {
    ...common,
    trials: newestWithin(lines, maxHistoryTokens).join("\n"),
    visited: visited(prompts, space, request.visited),
  });
}

function earlierRounds(prompts: PromptSet, { history, task }: CandidatesRequest): string {
  const rounds = history.map(
    ({ index, strategy, trials, pendingCount }) =>
      `Round ${index}. Strategy:\n${strategy}\nResults:\n${trialsInWords(trials, task.limits, pendingCount)}`,
  );
  const kept = newestWithin(rounds, maxHistoryTokens);
  return kept.length === 0 ? "" : prompts.render("earlier", { rounds: kept.join("\n\n") });
}
