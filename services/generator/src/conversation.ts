import {
  type ChatMessage,
  estimateTokens,
  limitsInWords,
  missionInWords,
  type PromptSet,
  trialsInWords,
} from "@collm/llm";
import type { CandidatesRequest } from "@collm/search";
import { createSearchSpace, type SearchSpace } from "@collm/search-space";
import { costHint } from "./cost-hint.js";

/** Files that a prompt set of the Generator must have. */
export const generatorPrompts = ["system", "round", "earlier", "visited", "costs"] as const;

/** Estimated tokens that the list of visited architectures may take; the newest stay. */
const maxVisitedTokens = 4_000;
/** The same for earlier rounds, which only the memory ablation shows. */
const maxHistoryTokens = 12_000;

/**
 * Renders the Generator's request: one system and one user message. It holds the strategy, the
 * space, the limits, what choices cost and what not to repeat; the last two only if the request
 * says so. Results of earlier rounds are in it only when the request has a history, which it does
 * not by default.
 */
export function renderConversation(
  prompts: PromptSet,
  request: CandidatesRequest,
): readonly ChatMessage[] {
  const space = createSearchSpace(request.space);
  const system = prompts.render("system", {
    mission: missionInWords(request.task),
    space: space.describe(),
  });
  const user = prompts.render("round", {
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

/** The newest visited architectures, in the notation that the model writes. */
function visited(prompts: PromptSet, space: SearchSpace, canonicals: readonly string[]): string {
  const lines = canonicals.flatMap((canonical) => {
    const legality = space.parse(canonical);
    if (legality.kind === "illegal") return [];
    return [JSON.stringify(space.notation(legality.architecture))];
  });
  const kept = newestWithin(lines, maxVisitedTokens);
  return kept.length === 0 ? "" : prompts.render("visited", { architectures: kept.join("\n") });
}

function earlierRounds(prompts: PromptSet, { history, task }: CandidatesRequest): string {
  const rounds = history.map(
    ({ index, strategy, trials }) =>
      `Round ${index}. Strategy:\n${strategy}\nResults:\n${trialsInWords(trials, task.limits)}`,
  );
  const kept = newestWithin(rounds, maxHistoryTokens);
  return kept.length === 0 ? "" : prompts.render("earlier", { rounds: kept.join("\n\n") });
}

/** As many of the last texts as fit, in their order. */
function newestWithin(texts: readonly string[], maxTokens: number): readonly string[] {
  let tokens = 0;
  let first = texts.length;
  while (first > 0) {
    tokens += estimateTokens(texts[first - 1] as string);
    if (tokens > maxTokens) break;
    first--;
  }
  return texts.slice(first);
}
