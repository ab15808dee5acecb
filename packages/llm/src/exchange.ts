import type { Exchange } from "@collm/search";
import type { ChatBackend, ChatOutcome } from "./chat-backend.js";
import { noTokens } from "./chat-backend.js";
import type { PromptSet } from "./prompts/prompt-set.js";

/** The journal's record of an answered request: what was sent and what came back, verbatim. */
export function chatExchange(
  backend: ChatBackend,
  prompts: PromptSet,
  outcome: Extract<ChatOutcome, { kind: "answered" }>,
): Exchange {
  return {
    backend: backend.name,
    model: outcome.model,
    request: { prompts: { set: prompts.name, digest: prompts.digest }, body: outcome.body },
    answer: outcome.text,
    usage: outcome.usage,
    seconds: outcome.seconds,
  };
}

/** The same for the heuristic. Its input is in the journal already, so only its size is told. */
export function heuristicExchange(
  request: Readonly<Record<string, unknown>>,
  answer: string,
  seconds: number,
): Exchange {
  return {
    backend: "heuristic",
    model: "heuristic",
    request,
    answer,
    usage: noTokens,
    seconds,
  };
}
