import {
  bestTrial,
  type ChatMessage,
  costInWords,
  estimateConversationTokens,
  limitsInWords,
  missionInWords,
  type PromptSet,
  rejectionsInWords,
  trialsInWords,
} from "@collm/llm";
import type { StrategyRequest, TrajectoryIteration } from "@collm/search";
import { createSearchSpace } from "@collm/search-space";
import { earlierRounds } from "./earlier-rounds.js";

/** Files that a prompt set of the Navigator must have. */
export const navigatorPrompts = [
  "system",
  "first-round",
  "next-round",
  "closing",
  "earlier-rounds",
  "costs",
  "visited",
  "sillm-system",
  "sillm-first-round",
  "sillm-rethink",
  "sillm-closing",
] as const;

/** What a conversation is made of besides the rounds; a Navigator without a Generator has its own. */
export interface Script {
  /** Prompt file of the system message. */
  readonly system: string;
  /** Prompt file that opens a search. */
  readonly firstRound: string;
  /** The last words, in which the question is put; empty where the opening puts it. */
  readonly closing: string;
}

/**
 * Renders the conversation that a stateful Navigator would be in. It is made anew from the
 * trajectory on every call, so any replica can answer:
 *
 *     system
 *     user       first round          or: the rounds that no longer fit, summed up
 *     assistant  strategy 1           verbatim
 *     user       results of round 1
 *     assistant  strategy 2
 *     ...
 *     user       results of round N, and the question
 *
 * Without memory only the last round is shown, in one message. Where it is longer than
 * `maxTokens` (estimated), the oldest rounds are summed up (`earlier-rounds.ts`); the last round
 * always stays.
 */
export function renderConversation(
  prompts: PromptSet,
  request: StrategyRequest,
  maxTokens: number,
): readonly ChatMessage[] {
  return renderRounds(prompts, request, maxTokens, {
    system: "system",
    firstRound: "first-round",
    closing:
      request.trajectory.length === 0
        ? ""
        : prompts.render("closing", { standing: standing(request) }),
  });
}

/** The longest conversation around the script's parts that fits. */
export function renderRounds(
  prompts: PromptSet,
  request: StrategyRequest,
  maxTokens: number,
  script: Script,
): readonly ChatMessage[] {
  const { trajectory } = request;
  const firstKept = request.hasMemory ? 0 : Math.max(0, trajectory.length - 1);
  for (let summarised = firstKept; ; summarised++) {
    const messages = renderFrom(prompts, request, summarised, script);
    const isShortest = summarised >= trajectory.length - 1;
    if (isShortest || estimateConversationTokens(messages) <= maxTokens) return messages;
  }
}

/** The conversation with the first `summarised` rounds summed up, or left out without memory. */
function renderFrom(
  prompts: PromptSet,
  request: StrategyRequest,
  summarised: number,
  script: Script,
): readonly ChatMessage[] {
  const { task, trajectory, hasMemory } = request;
  const space = createSearchSpace(request.space);
  const system = prompts.render(script.system, {
    mission: missionInWords(task),
    space: space.describe(),
    dimensions: [...new Set(space.genes.map((gene) => gene.dimension))].join(", "),
  });
  const turns: ChatMessage[] = [
    { role: "user", content: openingOf(prompts, request, summarised, script) },
  ];
  for (const round of trajectory.slice(summarised)) {
    // A round whose Navigator failed has no strategy: its results join the message before.
    if (round.strategy !== "" && hasMemory) {
      turns.push({ role: "assistant", content: round.strategy });
    }
    turns.push({ role: "user", content: resultsOf(prompts, request, round) });
  }
  turns.push({ role: "user", content: script.closing });
  return [{ role: "system", content: system }, ...joined(turns)];
}

/** What stands before the first round that is shown in full. */
function openingOf(
  prompts: PromptSet,
  request: StrategyRequest,
  summarised: number,
  script: Script,
): string {
  const { task, trajectory, hasMemory } = request;
  if (trajectory.length > 0 && !hasMemory) return "";
  if (summarised === 0) return prompts.render(script.firstRound, {});
  return earlierRounds(prompts, task.limits, trajectory.slice(0, summarised));
}

function resultsOf(
  prompts: PromptSet,
  { task: { limits } }: StrategyRequest,
  round: TrajectoryIteration,
): string {
  return prompts.render("next-round", {
    round: String(round.index),
    trials: trialsInWords(round.trials, limits, round.pendingCount),
    rejections: rejectionsInWords(round.rejections, limits),
  });
}

/** Where the search stands, as the paper ends its prompt: best so far, limit and target. */
export function standing({ task, trajectory }: StrategyRequest): string {
  const best = bestTrial(trajectory);
  return [
    best
      ? `Best so far within the limits: ${best.top1Percent.toFixed(2)} % top-1 ` +
        `with ${costInWords(best.cost, task.limits)}.`
      : "Nothing within the limits has been evaluated yet.",
    `Limits: ${limitsInWords(task.limits)}.`,
    ...(task.targetTop1Percent === undefined
      ? []
      : [`Target: more than ${task.targetTop1Percent} % top-1.`]),
  ].join("\n");
}

/** Neighbouring messages of one role become one; chat templates insist on taking turns. */
function joined(messages: readonly ChatMessage[]): ChatMessage[] {
  const result: ChatMessage[] = [];
  for (const message of messages) {
    if (message.content === "") continue;
    const last = result.at(-1);
    if (last?.role === message.role) {
      result[result.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    } else result.push(message);
  }
  return result;
}
