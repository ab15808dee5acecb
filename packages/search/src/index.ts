export { applyEvent, foldEvents } from "./apply-event.js";
export {
  defaultSearchConfig,
  maxCandidatesPerIteration,
  maxStaleness,
  maxSubBatches,
  presets,
  type SearchConfig,
  searchConfigSchema,
} from "./config.js";
export { type Action, nextAction, screenCandidate } from "./decide.js";
export {
  type CalibrationCheckpoint,
  type CheckpointStore,
  checkpointProblem,
  type EvaluationCheckpoint,
  type EvaluationPlan,
} from "./evaluation-checkpoint.js";
export {
  type EvaluationResult,
  type EventBody,
  type EventOf,
  type Exchange,
  evaluationResultSchema,
  exchangeSchema,
  type FinishReason,
  finishReasons,
  hasNetworks,
  isAtRest,
  journalVersion,
  type RejectionReason,
  rejectionReasons,
  type SearchEvent,
  type SearchEventType,
  type SupernetInfo,
  searchEventSchema,
  supernetSchema,
  type TokenUsage,
} from "./events.js";
export { executionProviders } from "./execution-providers.js";
export {
  archive,
  best,
  bestOf,
  bestSoFar,
  budgetSpent,
  type EvaluatedCandidate,
  evaluatedCount,
  evaluatedOf,
  type Funnel,
  funnel,
  funnelOf,
  isEvaluated,
  paretoFront,
  repairedCount,
  repeatedEvaluations,
} from "./folds.js";
export {
  type Fork,
  type ForkOptions,
  type ForkProblem,
  forkableCount,
  forkEvents,
  lastSeqOfIteration,
} from "./fork/fork-events.js";
export { strategyHeadline } from "./headline.js";
export { candidateId, evaluationKey, parseSearchId, type SearchId } from "./identifiers.js";
export { forecastSpending, type LlmForecast } from "./llm-budget.js";
export { type LoopPorts, runSearch } from "./loop.js";
export type {
  Clock,
  EvaluationDispatcher,
  EvaluationOutcome,
  EvaluationRequest,
  EvaluationStore,
  Journal,
  Roles,
} from "./ports.js";
export { presentedSupernet } from "./presented-supernet.js";
export { type PromptSize, promptSizeOf } from "./prompt-size.js";
export { eventDifferences, type FieldDifference } from "./replay/event-differences.js";
export type { Divergence, ReplayCounts } from "./replay/recording.js";
export { type Replay, replaySearch } from "./replay/replay-search.js";
export { type NotedRoleChange, type RoleLabels, roleChangeIn, rolesAfter } from "./role-change.js";
export {
  maxLiveCharacters,
  type RoleText,
  roleTextSchema,
  type TextKind,
} from "./role-text.js";
export {
  type CandidatesRequest,
  type JointProposal,
  type JointRequest,
  type Proposal,
  type RejectionSummary,
  type RoleAnswer,
  type StrategyRequest,
  summariseIteration,
  type Task,
  type TrajectoryIteration,
  type TrialSummary,
} from "./roles.js";
export { searchProblems } from "./search-problems.js";
export type { Searcher, SearcherSetup, Step, Turn } from "./searcher.js";
export { rolesOf, type SearcherName, searcherNames } from "./searcher-settings.js";
export { createSearcher } from "./searchers/create.js";
export {
  addSpending,
  exchangesOf,
  isLlmRequest,
  type LlmSpending,
  nothingSpent,
  type Spending,
  spendingOf,
} from "./spending.js";
export { type StandIn, standInOf } from "./stand-in.js";
export {
  type Candidate,
  type CandidateStatus,
  emptyState,
  type IterationRecord,
  isClosed,
  isSettled,
  type SearchPhase,
  type SearchState,
} from "./state.js";
export type { StopRequest } from "./stop-gate.js";
