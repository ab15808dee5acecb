export { anyObject, type NotationShape, notationShape } from "./answers/notation-shape.js";
export { parseCandidates } from "./answers/parse-candidates.js";
export { readCandidates } from "./answers/read-candidates.js";
export { readJointAnswer } from "./answers/read-joint-answer.js";
export { type SplitAnswer, splitReflection } from "./answers/split-reflection.js";
export { askModel } from "./ask-model.js";
export {
  type ChatAttempt,
  type ChatBackend,
  type ChatFailureCode,
  type ChatMessage,
  type ChatOutcome,
  type ChatRequest,
  type ChatWire,
  noTokens,
  type OnText,
  type TokenPrice,
} from "./chat-backend.js";
export { type CheckOptions, checkEndpoint, type EndpointCheck } from "./check/check-endpoint.js";
export { bindingShare, type CostShare } from "./cost-share.js";
export {
  choiceWeights,
  type Directives,
  type ReadDirectives,
  readDirectives,
  writeDirectives,
} from "./directives.js";
export {
  createRoleBackend,
  type RoleAsking,
  type RoleEndpoint,
  type RolePlayer,
} from "./endpoint/create-role-backend.js";
export { EndpointPool } from "./endpoint/endpoint-pool.js";
export type { Limits } from "./endpoint/limiter.js";
export { chatExchange, unusable } from "./exchange.js";
export { orElse, troublesOf } from "./fall-back.js";
export {
  answerAlone,
  answerAsGenerator,
  answerAsNavigator,
  createHeuristicRoles,
  type HeuristicAnswer,
} from "./heuristic/roles.js";
export { type ConfigMetricSource, LiveRole, type LiveRoleOptions } from "./live-role.js";
export {
  createOpenAiBackend,
  type EndpointOptions,
  type OpenAiBackendOptions,
} from "./openai/create-backend.js";
export { type EndpointKind, endpointHabits } from "./openai/endpoint-kinds.js";
export type { Reasoning } from "./openai/reasoning.js";
export { splitThinking, type Thought } from "./openai/thinking.js";
export { costHint } from "./prompts/cost-hint.js";
export { effectsInWords } from "./prompts/effect-words.js";
export { loadPromptSet, type PromptSet } from "./prompts/prompt-set.js";
export { costInWords, formatCount, limitsInWords, missionInWords } from "./prompts/task-words.js";
export { renderTemplate } from "./prompts/template.js";
export {
  calibratedEstimate,
  estimateConversationTokens,
  estimateTokens,
  type TokenEstimate,
} from "./prompts/tokens.js";
export {
  bestTrial,
  rejectionsInWords,
  trialInWords,
  trialsInWords,
} from "./prompts/trial-words.js";
export { newestWithin, visitedInWords } from "./prompts/visited-words.js";
export { type RecordedFile, readRecordings } from "./recording/recordings.js";
export type { ReplayOptions } from "./recording/replay-backend.js";
export { describeRole, heuristicDescription, type RoleDescription } from "./role-description.js";
export { createRoleMetrics, type MetricSource, type RoleMetrics } from "./role-metrics.js";
