/**
 * Names of spans and attributes. OpenTelemetry's conventions for language models are still in
 * development and have a repository of their own since May 2026, those for gRPC are a release
 * candidate: what changes there is changed here and nowhere else. Names that no convention has begin
 * with `collm.`.
 */

/** Spans that are named by what they are; those of calls and requests are named after the other end. */
export const spanNames = {
  /** A whole search, from its first life to its end. */
  search: "search",
  /** From where one coordinator began to drive a search to where it left it. */
  drive: "drive",
  iteration: "iteration",
  /** One candidate, from where it is asked for to its outcome: waiting, measuring and going there. */
  evaluate: "evaluate",
  /** An evaluator at work. Its phases are spans of their own, called as in the progress. */
  measure: "measure",
} as const;

export const collm = {
  searchId: "collm.search.id",
  searcher: "collm.searcher",
  supernet: "collm.supernet",
  seed: "collm.seed",
  finishReason: "collm.finish_reason",
  iteration: "collm.iteration",
  candidates: "collm.candidates",
  candidatesEvaluated: "collm.candidates.evaluated",
  bestTop1Percent: "collm.best.top1_percent",
  candidateId: "collm.candidate.id",
  canonical: "collm.architecture",
  split: "collm.split",
  isStored: "collm.evaluation.is_stored",
  top1Percent: "collm.evaluation.top1_percent",
  images: "collm.evaluation.images",
  /** Kind of the endpoint, e.g. `vllm`; the conventions know its protocol only. */
  llmBackend: "collm.llm.backend",
  isEstimated: "collm.llm.usage_is_estimated",
} as const;

export const common = {
  errorType: "error.type",
  serverAddress: "server.address",
  serverPort: "server.port",
} as const;

/** gRPC, release candidate of the RPC conventions: `rpc.method` is `package.Service/Method`. */
export const rpc = {
  system: "rpc.system.name",
  method: "rpc.method",
  statusCode: "rpc.response.status_code",
} as const;

export const messaging = {
  system: "messaging.system",
  operationName: "messaging.operation.name",
  /** `send` or `process`. */
  operationType: "messaging.operation.type",
  destination: "messaging.destination.name",
  destinationTemplate: "messaging.destination.template",
  consumerGroup: "messaging.consumer.group.name",
  messageId: "messaging.message.id",
  bodySizeBytes: "messaging.message.body.size",
  /** 1 for the first; no convention has it for NATS. */
  deliveries: "collm.work.deliveries",
} as const;

/** Language models (gen-ai conventions as of 2026). Money has no name there. */
export const genAi = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  conversationId: "gen_ai.conversation.id",
  outputType: "gen_ai.output.type",
  requestModel: "gen_ai.request.model",
  temperature: "gen_ai.request.temperature",
  topP: "gen_ai.request.top_p",
  seed: "gen_ai.request.seed",
  maxTokens: "gen_ai.request.max_tokens",
  isStream: "gen_ai.request.stream",
  responseId: "gen_ai.response.id",
  responseModel: "gen_ai.response.model",
  finishReasons: "gen_ai.response.finish_reasons",
  /** Seconds. */
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  cachedInputTokens: "gen_ai.usage.cache_read.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  tokenType: "gen_ai.token.type",
  systemInstructions: "gen_ai.system_instructions",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
} as const;

/**
 * What an endpoint's kind is called by the conventions, which take any server of OpenAI's protocol for
 * that; where it is says `server.address`.
 */
export function providerOf(kind: string): string {
  return { deepseek: "deepseek", azure: "azure.ai.openai" }[kind] ?? "openai";
}

/** The same as names of Prometheus, which has neither dots nor units beside the name. */
export const genAiMetrics = {
  duration: "gen_ai_client_operation_duration_seconds",
  tokens: "gen_ai_client_token_usage",
} as const;

/** A convention's name as a label of Prometheus. */
export function labelOf(attribute: string): string {
  return attribute.replaceAll(".", "_");
}
