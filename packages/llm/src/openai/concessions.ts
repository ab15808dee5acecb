import type OpenAI from "openai";
import { reasoningFields } from "./reasoning.js";

export type ChatBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

/** Something of the request that an endpoint does not know, and that we can do without. */
export type Concession =
  | "max_tokens"
  | "temperature"
  | "top_p"
  | "stream_options"
  | "reasoning"
  | "response_format"
  | "json_schema";

/**
 * What to give up after an endpoint said 400 or 422. "OpenAI-compatible" differs: some servers
 * cannot constrain answers to a schema, some not even to JSON, OpenAI's reasoning models want
 * `max_completion_tokens` and fix the temperature, older servers know no `stream_options`. The message
 * usually names the field; if it names none, the constraint is the most demanding part and goes
 * first, step by step. A conversation that is too long gets no shorter by any of it.
 */
export function concessionFor(body: ChatBody, message: string): Concession | undefined {
  if (/context.{0,20}(length|size|window)|exceed_context/i.test(message)) return undefined;
  if (body.max_tokens != null && message.includes("max_completion_tokens")) return "max_tokens";
  if (body.temperature != null && /temperature/i.test(message)) return "temperature";
  if (body.top_p != null && /top_p/i.test(message)) return "top_p";
  if (body.stream_options != null && /stream_options/i.test(message)) return "stream_options";
  const isAboutReasoning = /reasoning|thinking|chat_template_kwargs/i.test(message);
  if (isAboutReasoning && hasReasoning(body)) return "reasoning";
  if (body.response_format?.type === "json_schema") return "json_schema";
  if (body.response_format != null) return "response_format";
  return hasReasoning(body) ? "reasoning" : undefined;
}

function hasReasoning(body: ChatBody): boolean {
  return reasoningFields.some((field) => field in body);
}

/** The request without that part. */
export function concede(body: ChatBody, concession: Concession): ChatBody {
  switch (concession) {
    case "json_schema":
      return { ...body, response_format: { type: "json_object" } };
    case "max_tokens": {
      const { max_tokens, ...rest } = body;
      return { ...rest, max_completion_tokens: max_tokens as number };
    }
    case "reasoning":
      return without(body, reasoningFields);
    default:
      return without(body, [concession]);
  }
}

function without(body: ChatBody, fields: readonly string[]): ChatBody {
  const kept = Object.entries(body).filter(([field]) => !fields.includes(field));
  return Object.fromEntries(kept) as unknown as ChatBody;
}
