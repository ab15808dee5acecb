import type { ChatBackend, TokenPrice } from "../chat-backend.js";
import { withRetries } from "../endpoint/retries.js";
import type { Timing } from "../timing.js";
import type { EndpointKind } from "./endpoint-kinds.js";
import type { Reasoning } from "./reasoning.js";

/** A model at an endpoint, and how it is spoken to. */
export interface EndpointOptions {
  /** Default `openai`, which is any endpoint without particular habits. */
  readonly kind?: EndpointKind | undefined;
  /** Endpoint up to and including the version, e.g. `http://localhost:11434/v1`. Default the kind's. */
  readonly baseUrl?: string | undefined;
  readonly model: string;
  /** Sent in the kind's header, shown nowhere. Local endpoints need none. */
  readonly apiKey?: string | undefined;
  /** Azure's `api-version`, for its endpoints that want one. */
  readonly apiVersion?: string | undefined;
  /** How much the model reasons; absent leaves it to the endpoint. */
  readonly reasoning?: Reasoning | undefined;
  /** Fields that are added to each request, or replace its own; journaled like all of it. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** PEM certificates of authorities that are trusted beside the usual ones. */
  readonly caCertificates?: string | undefined;
  readonly price?: TokenPrice | undefined;
  readonly timing?: Timing | undefined;
}

export interface OpenAiBackendOptions extends EndpointOptions {
  /** For one answer, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /** Attempts at one answer. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Longest wait before the second attempt; doubles each time. Default 1,000. */
  readonly backoffMs?: number | undefined;
}

/**
 * A model behind any OpenAI-compatible chat completions endpoint, asked once. Answers are streamed, or
 * taken whole from who cannot (`as-stream.ts`). What an endpoint does not support is left out
 * (`concessions.ts`) and, once that worked, left out from then on.
 *
 * The client library is loaded here: it has 150 files, and most processes ask no endpoint.
 */
export async function createEndpoint(options: EndpointOptions): Promise<ChatBackend> {
  const { OpenAiBackend } = await import("./backend.js");
  return new OpenAiBackend(options);
}

/** The same with attempts until there is an answer or the time is over. */
export async function createOpenAiBackend(options: OpenAiBackendOptions): Promise<ChatBackend> {
  return withRetries(await createEndpoint(options), options);
}
