import { spaceSpecSchema } from "@collm/search-space";
import { z } from "zod";
import { searchConfigSchema } from "./config.js";

/**
 * The journal's one event union. A search is its list of events: archive, best, trajectory,
 * budget, report and web page are folds over it. The same lines are in `events.jsonl`, in
 * `WatchSearch` and on NATS. Readers refuse an unknown version and an unknown type.
 */
export const journalVersion = 1;

const envelope = {
  v: z.literal(journalVersion),
  /** Place in the journal, counted from 1 without gaps. */
  seq: z.int().positive(),
  searchId: z.string(),
  /** UTC, ISO 8601. */
  at: z.iso.datetime(),
};

const costSchema = z.strictObject({
  macs: z.int().nonnegative(),
  officialFlops: z.int().nonnegative(),
  paramsCount: z.int().nonnegative(),
});

const notationSchema = z.union([
  z.record(z.string(), z.unknown()),
  z.array(z.unknown()),
  z.string(),
]);

export const evaluationResultSchema = z.strictObject({
  /** Accuracy in percent on the split that was measured. */
  top1Percent: z.number().min(0).max(100),
  /** Absent where it is not known, as from a table. */
  top5Percent: z.number().min(0).max(100).optional(),
  images: z.int().positive(),
  /** Evaluator time when it was measured. */
  seconds: z.number().nonnegative(),
});

const tokenUsageSchema = z.strictObject({
  inputTokens: z.int().nonnegative(),
  cachedInputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  reasoningTokens: z.int().nonnegative(),
  /** Set where the endpoint reported nothing and the length of the texts was taken instead. */
  isEstimated: z.literal(true).optional(),
});

/** One request to a backend and what came of it, whether it failed or not; verbatim, keys removed. */
export const exchangeSchema = z.strictObject({
  backend: z.string(),
  model: z.string(),
  request: z.unknown(),
  /** The answer's text without reasoning, as far as it came; empty if none did. */
  answer: z.string(),
  /** Chain of thought, where the backend keeps it apart from the answer. */
  reasoning: z.string().optional(),
  /** Why no usable answer came: a status, a timeout, a refusal, nothing readable in it. */
  error: z.string().optional(),
  /** Whether the model stopped at its token limit; absent where the backend has none. */
  isCutOff: z.boolean().optional(),
  /** As the backend reports it; zero where it reported none. */
  usage: tokenUsageSchema,
  /** What it cost by the prices that the role was given, in their currency; absent without prices. */
  cost: z.number().nonnegative().optional(),
  seconds: z.number().nonnegative(),
});

export const supernetSchema = z.strictObject({
  name: z.string(),
  family: z.string(),
  digest: z.string(),
  contextDigest: z.string(),
  space: spaceSpecSchema,
  validationImages: z.int().nonnegative(),
  executionProvider: z.string(),
  runtimeVersion: z.string(),
  isSynthetic: z.boolean(),
});

export const rejectionReasons = [
  "unparsable",
  "illegal",
  "duplicate",
  "isomorphic",
  "over-limit",
  "surplus",
] as const;

export const finishReasons = [
  "target",
  "budget",
  "iterations",
  "stalled",
  /** The next question to a language model would go over the budget of tokens or money. */
  "llm-budget",
  "cancelled",
] as const;

/** Why a search may be interrupted although nothing is wrong with it. */
export const interruptionCauses = ["shutdown"] as const;

/** What a candidate lacked and what was changed; absent where it was taken as written. */
const repair = z
  .strictObject({ problem: z.string(), changes: z.array(z.string()).min(1) })
  .optional();

const iteration = z.int().positive();

/**
 * Somebody else was set up to play the role, when this was asked, than the journal says before; both as
 * in `SearchStarted.roles`. Absent where that did not change, and in older journals.
 */
const roleChangeSchema = z.strictObject({ from: z.string(), to: z.string() });
const roleChange = roleChangeSchema.optional();

/** Number, from 1, of the part of a round; absent where the round is asked for at once. */
const subBatch = z.int().positive().optional();

/** Of everything that the role is told (`request-digest.ts`); absent in older journals. */
const requestDigest = z.string().optional();

export const searchEventSchema = z.discriminatedUnion("type", [
  z.strictObject({
    ...envelope,
    type: z.literal("SearchStarted"),
    config: searchConfigSchema,
    supernet: supernetSchema,
    /** Versions of this software and of what it runs on, and the prompt sets' hashes. */
    versions: z.record(z.string(), z.string()),
    /**
     * Who plays each role, keys removed, e.g. `{navigator: "heuristic", generator: "openai:qwen3"}`; until an
     * answer says otherwise (`roleChange`).
     */
    roles: z.record(z.string(), z.string()),
    /** The search whose first events this one took over, if it is a fork. */
    forkedFrom: z.strictObject({ searchId: z.string(), seq: z.int().positive() }).optional(),
  }),
  /** The search goes on after a crash or interruption. */
  z.strictObject({
    ...envelope,
    type: z.literal("SearchResumed"),
    /** Who plays the roles from here on; absent where nobody asked. */
    roles: z.record(z.string(), z.string()).optional(),
  }),
  /** The search stopped before its end and can be resumed. */
  z.strictObject({
    ...envelope,
    type: z.literal("SearchInterrupted"),
    reason: z.string(),
    /**
     * `shutdown`: only its coordinator was stopped, so that another one may go on by itself. Absent where
     * something failed that a person should look at first, and in older journals.
     */
    cause: z.enum(interruptionCauses).optional(),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("StrategyRequested"),
    iteration,
    requestDigest,
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("StrategyProposed"),
    iteration,
    strategy: z.string(),
    roleChange,
    exchanges: z.array(exchangeSchema),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("CandidatesRequested"),
    iteration,
    count: z.int().positive(),
    /** Calls of the Generator that the count is divided among; absent means one. */
    subBatches: z.int().min(2).optional(),
    requestDigest,
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("CandidatesProposed"),
    iteration,
    subBatch,
    /** Who proposed: a role (`generator`, `navigator`), a searcher such as `evolution`, or `fallback`. */
    origin: z.string(),
    /** The strategy behind them, where one answer held both (a single model in both roles). */
    strategy: z.string().optional(),
    roleChange,
    candidates: z.array(
      z.strictObject({
        id: z.string(),
        /** The piece of an answer, verbatim; absent for candidates that no text stands for. */
        text: z.string().optional(),
        /** The family's notation as proposed, not yet checked; absent where unparsable. */
        notation: notationSchema.optional(),
        /** Why the piece could not be parsed. */
        problem: z.string().optional(),
      }),
    ),
    exchanges: z.array(exchangeSchema),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("CandidateRejected"),
    iteration,
    candidateId: z.string(),
    reason: z.enum(rejectionReasons),
    detail: z.string(),
    /** With `repair` the architecture that was rejected instead of the one proposed. */
    canonical: z.string().optional(),
    repair,
    cost: costSchema.optional(),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("EvaluationRequested"),
    iteration,
    candidateId: z.string(),
    canonical: z.string(),
    repair,
    /** Identity of the result: canonical architecture @ context digest. */
    key: z.string(),
    cost: costSchema,
    isFeasible: z.boolean(),
    /** 1 for the first request of this candidate; more after failures and deaths. */
    attempt: z.int().positive(),
  }),
  /**
   * An evaluator began the work. Requests wait in a queue, so only this event tells what a death
   * interrupted: a second one for a candidate is repeated work.
   */
  z.strictObject({
    ...envelope,
    type: z.literal("EvaluationStarted"),
    iteration,
    candidateId: z.string(),
    key: z.string(),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("EvaluationCompleted"),
    iteration,
    candidateId: z.string(),
    key: z.string(),
    result: evaluationResultSchema,
    /** `store`: measured earlier, by this or another search. */
    source: z.enum(["evaluator", "store"]),
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("EvaluationFailed"),
    iteration,
    candidateId: z.string(),
    key: z.string(),
    code: z.string(),
    message: z.string(),
    /** Whether the evaluator's side thought that the same could succeed later; absent in older journals. */
    isRetryable: z.boolean().optional(),
    willRetry: z.boolean(),
  }),
  /** A role failed and the search went on without it. */
  z.strictObject({
    ...envelope,
    type: z.literal("Degraded"),
    iteration,
    subBatch,
    role: z.enum(["navigator", "generator"]),
    reason: z.string(),
    fallback: z.string(),
    roleChange,
    exchanges: z.array(exchangeSchema),
  }),
  /** The sealed test split is about to be opened for this architecture (the intent). */
  z.strictObject({ ...envelope, type: z.literal("TestOpened"), canonical: z.string() }),
  z.strictObject({
    ...envelope,
    type: z.literal("TestCompleted"),
    canonical: z.string(),
    result: evaluationResultSchema,
  }),
  z.strictObject({
    ...envelope,
    type: z.literal("SearchFinished"),
    reason: z.enum(finishReasons),
    /** Candidate id of the winner; absent if nothing feasible was evaluated. */
    bestCandidateId: z.string().optional(),
  }),
]);

/** Whether its architectures can be built and exported; of tables and landscapes only accuracies are known. */
export function hasNetworks({ isSynthetic, space }: SupernetInfo): boolean {
  return !isSynthetic && space.family !== "nas-bench-201";
}

/**
 * Whether a journal that ends with this event goes on only if somebody asks for it: the search has
 * ended, or was interrupted by something that failed. Any other waits for a coordinator to drive it.
 */
export function isAtRest(last: SearchEvent): boolean {
  switch (last.type) {
    case "SearchFinished":
    case "TestOpened":
    case "TestCompleted":
      return true;
    case "SearchInterrupted":
      return last.cause === undefined;
    default:
      return false;
  }
}

export type SearchEvent = z.infer<typeof searchEventSchema>;
export type SearchEventType = SearchEvent["type"];
export type EventOf<T extends SearchEventType> = Extract<SearchEvent, { type: T }>;
export type EvaluationResult = z.infer<typeof evaluationResultSchema>;
export type Exchange = z.infer<typeof exchangeSchema>;
export type RoleChange = z.infer<typeof roleChangeSchema>;
export type Repair = NonNullable<EventOf<"EvaluationRequested">["repair"]>;
export type TokenUsage = z.infer<typeof tokenUsageSchema>;
export type SupernetInfo = z.infer<typeof supernetSchema>;
export type RejectionReason = (typeof rejectionReasons)[number];
export type FinishReason = (typeof finishReasons)[number];
export type InterruptionCause = (typeof interruptionCauses)[number];

/** An event before the journal gives it its envelope. */
export type EventBody = SearchEvent extends infer E
  ? E extends SearchEvent
    ? Omit<E, "v" | "seq" | "searchId" | "at">
    : never
  : never;
