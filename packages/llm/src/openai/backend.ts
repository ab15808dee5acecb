import OpenAI from "openai";
import type { ChatBackend, ChatOutcome, ChatRequest } from "../chat-backend.js";
import { type ChatBody, type Concession, concede, concessionFor } from "./concessions.js";
import { type Failure, failureOf, withoutKeys } from "./failure.js";
import { type ReadAnswer, readAnswer } from "./read-answer.js";

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

const openAiUrl = "https://api.openai.com/v1";
/** An endpoint that asks for a longer wait is given up on for this answer. */
const maxBackoffMs = 30_000;

/**
 * A model behind any OpenAI-compatible chat completions endpoint (vLLM, Ollama, llama.cpp,
 * OpenAI, DeepSeek, ...). Answers are streamed. What an endpoint does not support is left out
 * (`concessions.ts`) and, once that worked, left out from then on.
 */
export function createOpenAiBackend(options: OpenAiBackendOptions): ChatBackend {
  return new OpenAiBackend(options);
}

class OpenAiBackend implements ChatBackend {
  readonly name = "openai";
  readonly model: string;
  readonly #options: OpenAiBackendOptions;
  readonly #client: OpenAI;
  #concessions: readonly Concession[] = [];

  constructor(options: OpenAiBackendOptions) {
    this.model = options.model;
    this.#options = options;
    // Everything that the client would otherwise take from OPENAI_* variables is said here.
    this.#client = new OpenAI({
      baseURL: options.baseUrl ?? openAiUrl,
      apiKey: options.apiKey ?? "none",
      organization: null,
      project: null,
      webhookSecret: null,
      maxRetries: 0,
      timeout: options.timeoutMs,
      logLevel: "off",
    });
  }

  async complete(request: ChatRequest, signal: AbortSignal): Promise<ChatOutcome> {
    const startedMs = performance.now();
    const seconds = (): number => (performance.now() - startedMs) / 1_000;
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(onAbort, this.#options.timeoutMs);
    try {
      const outcome = await this.#answer(request, stop.signal);
      if (outcome.kind === "answered") return { ...outcome, seconds: seconds() };
      const failure = stop.signal.aborted ? this.#stopped(signal) : outcome.failure;
      return {
        kind: "failed",
        code: failure.code,
        reason: withoutKeys(failure.reason, this.#options.apiKey),
        isRetryable: failure.isRetryable,
        seconds: seconds(),
      };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Attempts until one gives an answer, or a failure that another attempt cannot mend. */
  async #answer(
    request: ChatRequest,
    signal: AbortSignal,
  ): Promise<
    | (Extract<ReadAnswer, { kind: "answered" }> & { model: string; body: unknown })
    | Extract<ReadAnswer, { kind: "failed" }>
  > {
    const maxAttempts = this.#options.maxAttempts ?? 3;
    let concessions = this.#concessions;
    let attempt = 1;
    for (;;) {
      const body = concessions.reduce(concede, this.#body(request));
      const read = await this.#attempt(body, request, signal);
      if (read.kind === "answered") {
        this.#concessions = concessions;
        return { ...read, model: read.model ?? this.model, body };
      }
      const { failure } = read;
      if (signal.aborted) return read;
      const concession = failure.isRequestRefused ? concessionFor(body, failure.reason) : undefined;
      if (concession) {
        // Costs no attempt: it ends by itself, as there are only so many parts to give up.
        concessions = [...concessions, concession];
        continue;
      }
      const waitMs =
        failure.retryAfterMs ?? (this.#options.backoffMs ?? 1_000) * 2 ** (attempt - 1);
      if (!failure.isRetryable || attempt >= maxAttempts || waitMs > maxBackoffMs) return read;
      await wait(waitMs, signal);
      attempt++;
    }
  }

  async #attempt(body: ChatBody, request: ChatRequest, signal: AbortSignal): Promise<ReadAnswer> {
    try {
      const stream = await this.#client.chat.completions.create(body, { signal });
      return await readAnswer(stream, (piece) => request.onText?.(piece));
    } catch (error) {
      return { kind: "failed", failure: failureOf(error) };
    }
  }

  #body(request: ChatRequest): ChatBody {
    const { responseSchema } = request;
    return {
      model: this.model,
      messages: request.messages.map(({ role, content }) => ({ role, content })),
      temperature: request.temperature,
      max_tokens: request.maxOutputTokens,
      stream: true,
      stream_options: { include_usage: true },
      ...(responseSchema
        ? {
            response_format: {
              type: "json_schema",
              json_schema: { name: "answer", schema: { ...responseSchema }, strict: true },
            },
          }
        : {}),
    };
  }

  /** Why everything was stopped: the caller, or our own time limit. */
  #stopped(signal: AbortSignal): Failure {
    if (signal.aborted) {
      return { code: "cancelled", reason: "the caller gave up", isRetryable: false };
    }
    const reason = `no answer within ${this.#options.timeoutMs} ms`;
    return { code: "deadline-exceeded", reason, isRetryable: true };
  }
}

/** Resolves after `ms`, or at once when the signal aborts. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
