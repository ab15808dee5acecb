import {
  bestTrial,
  type ChatMessage,
  calibratedEstimate,
  costInWords,
  limitsInWords,
  missionInWords,
  type PromptSet,
  rejectionsInWords,
  trialsInWords,
} from "@collm/llm";
import type { StrategyRequest, TrajectoryIteration } from "@collm/search";
import { createSearchSpace, type SearchSpace } from "@collm/search-space";
import { earlierRounds, type SummaryLength, summaryLengths } from "./earlier-rounds.js";

/** Files that a prompt set of the Navigator must have. */
export const navigatorPrompts = [
  "system",
  "first-round",
  "next-round",
  "closing",
  "earlier-rounds",
  "effects",
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
 * Without memory only the last round is shown, in one message. Where it is longer than `maxTokens`
 * (estimated by what the last prompts had), all but the last two rounds are summed up
 * (`earlier-rounds.ts`). Where that is too long as well, the summary gets shorter, then the last
 * round alone stays, at last with its best trials only. System message, strategy and question are
 * never shortened.
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

/** What a conversation tells of the trajectory. */
interface Extent {
  /** Rounds, from the first, that are summed up, or left out without memory. */
  readonly summarised: number;
  readonly summary?: SummaryLength | undefined;
  /** Trials told of a round, the best within the limits first, and hardly more rejections; default all. */
  readonly maxResults?: number | undefined;
}

/** Rounds that a conversation with a summary tells verbatim. */
const verbatimRounds = 2;
/** Trials of the last round that are told where all do not fit. */
const fewerResults = [12, 6, 3] as const;
/** Rejections that are always told: they are short, and a model that is told none repeats them. */
const fewestRejections = 4;

/** The first conversation around the script's parts that fits, from all rounds to hardly one. */
export function renderRounds(
  prompts: PromptSet,
  request: StrategyRequest,
  maxTokens: number,
  script: Script,
): readonly ChatMessage[] {
  const estimate = calibratedEstimate(request.trajectory);
  let messages: readonly ChatMessage[] = [];
  for (const extent of extentsOf(request)) {
    messages = renderFrom(prompts, request, extent, script);
    if (estimate(messages) <= maxTokens) break;
  }
  return messages;
}

function* extentsOf({ trajectory, hasMemory }: StrategyRequest): Generator<Extent> {
  const last = Math.max(0, trajectory.length - 1);
  if (hasMemory) {
    yield { summarised: 0 };
    const allButTwo = trajectory.length - verbatimRounds;
    if (allButTwo > 0) {
      for (const summary of summaryLengths) yield { summarised: allButTwo, summary };
    }
    if (last > 0) for (const summary of summaryLengths) yield { summarised: last, summary };
  } else yield { summarised: last };
  for (const maxResults of fewerResults) {
    yield { summarised: last, summary: summaryLengths.at(-1), maxResults };
  }
}

/** The conversation as far as `extent` tells it. */
function renderFrom(
  prompts: PromptSet,
  request: StrategyRequest,
  extent: Extent,
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
    { role: "user", content: openingOf(prompts, request, space, extent, script) },
  ];
  for (const round of trajectory.slice(extent.summarised)) {
    // A round whose Navigator failed has no strategy: its results join the message before.
    if (round.strategy !== "" && hasMemory) {
      turns.push({ role: "assistant", content: round.strategy });
    }
    turns.push({ role: "user", content: resultsOf(prompts, request, round, extent.maxResults) });
  }
  turns.push({ role: "user", content: script.closing });
  return [{ role: "system", content: system }, ...joined(turns)];
}

/** What stands before the first round that is shown in full. */
function openingOf(
  prompts: PromptSet,
  { task, trajectory, hasMemory }: StrategyRequest,
  space: SearchSpace,
  { summarised, summary }: Extent,
  script: Script,
): string {
  if (trajectory.length > 0 && !hasMemory) return "";
  if (summarised === 0) return prompts.render(script.firstRound, {});
  return earlierRounds(prompts, space, task.limits, trajectory.slice(0, summarised), summary);
}

function resultsOf(
  prompts: PromptSet,
  { task: { limits } }: StrategyRequest,
  round: TrajectoryIteration,
  maxResults = Number.POSITIVE_INFINITY,
): string {
  const trials = round.trials
    .toSorted(
      (a, b) => Number(b.isFeasible) - Number(a.isFeasible) || b.top1Percent - a.top1Percent,
    )
    .slice(0, maxResults);
  return prompts.render("next-round", {
    round: String(round.index),
    trials: trialsInWords(trials, limits, round.pendingCount),
    rejections: rejectionsInWords(
      round.rejections.slice(0, maxResults + fewestRejections - 1),
      limits,
    ),
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
