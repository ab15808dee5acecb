import {
  capturesContent,
  collm,
  common,
  conversationId,
  failSpan,
  genAi,
  inSpan,
  noSpan,
  providerOf,
} from "@collm/tracing";
import { type Attributes, type Span, SpanKind } from "@opentelemetry/api";
import type { ChatAttempt, ChatMessage } from "../chat-backend.js";
import { countedUsage } from "../usage.js";
import type { ChatBody } from "./concessions.js";
import type { Failure } from "./failure.js";

/** What is known of an attempt beside what is journaled. */
export interface AttemptDetails {
  readonly failure: Failure | undefined;
  /** As the endpoint names it: `stop`, `length`, … */
  readonly finish?: string | undefined;
  readonly responseId?: string | undefined;
  /** Until the first piece of text came. */
  readonly firstPieceSeconds?: number | undefined;
}

/**
 * One request to a model as a span, `chat MODEL`. Neither the key nor, unless a user asks for it, the
 * conversation is in it.
 *
 * @param backend the endpoint's kind
 * @param baseUrl where it is; absent is the kind's own
 */
export async function inChatSpan<T>(
  backend: string,
  baseUrl: string | undefined,
  body: ChatBody,
  attempt: (tell: (attempt: ChatAttempt, details: AttemptDetails) => void) => Promise<T>,
): Promise<T> {
  const attributes = requestAttributes(backend, baseUrl, body);
  return await inSpan(`chat ${body.model}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    if (span !== noSpan && capturesContent()) tellQuestion(span, body);
    return await attempt((answer, details) => {
      if (span !== noSpan) tellAnswer(span, answer, details);
    });
  });
}

function requestAttributes(
  backend: string,
  baseUrl: string | undefined,
  body: ChatBody,
): Attributes {
  const url = baseUrl === undefined ? undefined : new URL(baseUrl);
  const { temperature, top_p, seed, max_tokens, response_format: format } = body;
  return defined({
    [genAi.operation]: "chat",
    [genAi.provider]: providerOf(backend),
    [collm.llmBackend]: backend,
    [genAi.conversationId]: conversationId(),
    [genAi.requestModel]: body.model,
    [genAi.temperature]: temperature,
    [genAi.topP]: top_p,
    [genAi.seed]: seed,
    [genAi.maxTokens]: max_tokens,
    [genAi.isStream]: body.stream,
    [genAi.outputType]: format === undefined ? "text" : "json",
    [common.serverAddress]: url?.hostname,
    [common.serverPort]: url && Number(url.port || (url.protocol === "https:" ? 443 : 80)),
  });
}

function tellAnswer(span: Span, attempt: ChatAttempt, details: AttemptDetails): void {
  const { failure, finish, responseId, firstPieceSeconds } = details;
  const usage = countedUsage(attempt);
  span.setAttributes(
    defined({
      [genAi.responseModel]: attempt.model,
      [genAi.responseId]: responseId,
      [genAi.finishReasons]: finish === undefined ? undefined : [finish],
      [genAi.timeToFirstChunk]: firstPieceSeconds,
      [genAi.inputTokens]: usage.inputTokens,
      [genAi.cachedInputTokens]: usage.cachedInputTokens,
      [genAi.outputTokens]: usage.outputTokens,
      [genAi.reasoningTokens]: usage.reasoningTokens,
      [collm.isEstimated]: usage.isEstimated,
    }),
  );
  if (failure) failSpan(span, attempt.errorType ?? failure.code, failure.reason);
  if (capturesContent() && attempt.text !== "") {
    const parts = [
      ...(attempt.reasoning === "" ? [] : [{ type: "reasoning", content: attempt.reasoning }]),
      { type: "text", content: attempt.text },
    ];
    const messages = [{ role: "assistant", parts, finish_reason: finish ?? "error" }];
    span.setAttribute(genAi.outputMessages, JSON.stringify(messages));
  }
}

function tellQuestion(span: Span, { messages }: ChatBody): void {
  const said = messages as readonly ChatMessage[];
  const part = (content: string) => ({ type: "text", content });
  const system = said.filter(({ role }) => role === "system");
  const others = said.filter(({ role }) => role !== "system");
  span.setAttributes({
    [genAi.systemInstructions]: JSON.stringify(system.map(({ content }) => part(content))),
    [genAi.inputMessages]: JSON.stringify(
      others.map(({ role, content }) => ({ role, parts: [part(content)] })),
    ),
  });
}

/** Attributes that have a value. */
function defined(values: Record<string, unknown>): Attributes {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(set) as Attributes;
}
