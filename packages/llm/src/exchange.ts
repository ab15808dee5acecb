import type { Exchange } from "@collm/search";
import { type ChatAttempt, noTokens } from "./chat-backend.js";
import type { PromptSet } from "./prompts/prompt-set.js";
import { costOf, countedUsage } from "./usage.js";

/** The journal's record of one request: what was sent and what came back, verbatim. */
export function chatExchange(prompts: PromptSet, attempt: ChatAttempt): Exchange {
  const { backend, body, model, text, reasoning, isCutOff, price, seconds, error } = attempt;
  const usage = countedUsage(attempt);
  return {
    backend,
    model,
    request: { prompts: { set: prompts.name, digest: prompts.digest }, body },
    answer: text,
    ...(reasoning === "" ? {} : { reasoning }),
    ...(error === undefined ? {} : { error }),
    isCutOff,
    usage,
    ...(price ? { cost: costOf(usage, price) } : {}),
    seconds,
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

/** The record of an answer that its role cannot use, and the reason with all that is known of it. */
export function unusable(
  exchanges: readonly Exchange[],
  problem: string,
): { readonly reason: string; readonly exchanges: readonly Exchange[] } {
  const last = exchanges.at(-1);
  const reason = last?.isCutOff ? `${problem}; it was cut off at the token limit` : problem;
  const marked = last ? [...exchanges.slice(0, -1), { ...last, error: reason }] : exchanges;
  return { reason, exchanges: marked };
}
