import type OpenAI from "openai";

export type ChatBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

/** Something of the request that an endpoint does not know, and that we can do without. */
export type Concession = "response_format" | "max_tokens" | "temperature" | "stream_options";

/**
 * What to give up after an endpoint said 400 or 422. "OpenAI-compatible" differs: some servers
 * cannot constrain answers, OpenAI's reasoning models want `max_completion_tokens` and fix the
 * temperature, older servers know no `stream_options`. The message usually names the field; if
 * it names none, the schema is the most demanding part and goes first.
 */
export function concessionFor(body: ChatBody, message: string): Concession | undefined {
  if (body.max_tokens != null && message.includes("max_completion_tokens")) return "max_tokens";
  if (body.temperature != null && /temperature/i.test(message)) return "temperature";
  if (body.stream_options != null && /stream_options/i.test(message)) return "stream_options";
  return body.response_format != null ? "response_format" : undefined;
}

/** The request without that part. */
export function concede(body: ChatBody, concession: Concession): ChatBody {
  const { [concession]: given, ...rest } = body;
  if (concession === "max_tokens") {
    return { ...rest, max_completion_tokens: given as number } as ChatBody;
  }
  return rest as ChatBody;
}
