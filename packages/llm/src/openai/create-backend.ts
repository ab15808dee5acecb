import type { ChatBackend } from "../chat-backend.js";

export interface OpenAiBackendOptions {
  /** Endpoint up to and including the version, e.g. `http://localhost:11434/v1`. Default OpenAI's. */
  readonly baseUrl?: string | undefined;
  readonly model: string;
  /** Sent as the bearer token, shown nowhere. Local endpoints need none. */
  readonly apiKey?: string | undefined;
  /** For one answer, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /** Attempts at one answer. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Wait before the second attempt; doubles each time. Default 1,000. */
  readonly backoffMs?: number | undefined;
}

/**
 * A model behind any OpenAI-compatible chat completions endpoint (vLLM, Ollama, llama.cpp,
 * OpenAI, DeepSeek, ...). Answers are streamed, or taken whole from who cannot (`as-stream.ts`). What an endpoint does not support is left out
 * (`concessions.ts`) and, once that worked, left out from then on.
 *
 * The client library is loaded here: it has 150 files, and most processes ask no endpoint.
 */
export async function createOpenAiBackend(options: OpenAiBackendOptions): Promise<ChatBackend> {
  const { OpenAiBackend } = await import("./backend.js");
  return new OpenAiBackend(options);
}
