import OpenAI from "openai";
import type { ChatAttempt, ChatBackend, ChatOutcome, ChatRequest } from "../chat-backend.js";
import { fetchAsStream } from "./as-stream.js";
import { type ChatBody, type Concession, concede, concessionFor } from "./concessions.js";
import type { OpenAiBackendOptions } from "./create-backend.js";
import { type Failure, failureOf, withoutKey, withoutKeys } from "./failure.js";
import { nothingRead, readAnswer } from "./read-answer.js";

const openAiUrl = "https://api.openai.com/v1";
/** An endpoint that asks for a longer wait is given up on for this answer. */
const maxBackoffMs = 30_000;

/** One question on its way to an answer. */
interface Asking {
  readonly request: ChatRequest;
  /** The caller's part in `stop`. */
  readonly caller: AbortSignal;
  /** Ends everything. */
  readonly stop: AbortSignal;
  /** Every request that was sent. */
  readonly attempts: ChatAttempt[];
}

/** An attempt's answer, or why there is none. */
interface Outcome {
  readonly text: string;
  readonly failure: Failure | undefined;
}

/** Behind `createOpenAiBackend`. */
export class OpenAiBackend implements ChatBackend {
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
      fetch: fetchAsStream,
      maxRetries: 0,
      timeout: options.timeoutMs,
      logLevel: "off",
    });
  }

  async complete(request: ChatRequest, signal: AbortSignal): Promise<ChatOutcome> {
    const startedMs = performance.now();
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(onAbort, this.#options.timeoutMs);
    const asking: Asking = { request, caller: signal, stop: stop.signal, attempts: [] };
    try {
      const { failure, text } = await this.#answer(asking);
      const { attempts } = asking;
      const seconds = secondsSince(startedMs);
      if (!failure) return { kind: "answered", text, attempts, seconds };
      const { code, reason, isRetryable } = failure;
      return { kind: "failed", code, reason, isRetryable, attempts, seconds };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Attempts until one gives an answer, or a failure that another attempt cannot mend. */
  async #answer(asking: Asking): Promise<Outcome> {
    const { stop } = asking;
    const maxAttempts = this.#options.maxAttempts ?? 3;
    let concessions = this.#concessions;
    let attempt = 1;
    for (;;) {
      if (stop.aborted) return { text: "", failure: this.#stopped(asking) };
      const body = concessions.reduce(concede, this.#body(asking.request));
      const outcome = await this.#attempt(body, asking);
      const { failure } = outcome;
      if (!failure) this.#concessions = concessions;
      if (!failure || stop.aborted) return outcome;
      const concession = failure.isRequestRefused ? concessionFor(body, failure.reason) : undefined;
      if (concession) {
        // Costs no attempt: it ends by itself, as there are only so many parts to give up.
        concessions = [...concessions, concession];
        continue;
      }
      const waitMs =
        failure.retryAfterMs ?? (this.#options.backoffMs ?? 1_000) * 2 ** (attempt - 1);
      if (!failure.isRetryable || attempt >= maxAttempts || waitMs > maxBackoffMs) return outcome;
      await wait(waitMs, stop);
      attempt++;
    }
  }

  /** Sends one request and notes what came of it, without keys. */
  async #attempt(body: ChatBody, asking: Asking): Promise<Outcome> {
    const { request, stop, attempts } = asking;
    const { apiKey } = this.#options;
    const startedMs = performance.now();
    const { failure: met, ...read } = await this.#client.chat.completions
      .create(body, { signal: stop })
      .then((stream) => readAnswer(stream, (piece) => request.onText?.(piece)))
      .catch((error: unknown) => nothingRead(failureOf(error)));
    const problem = met && stop.aborted ? this.#stopped(asking) : met;
    const failure = problem && { ...problem, reason: withoutKeys(problem.reason, apiKey) };
    const text = withoutKey(read.text, apiKey);
    attempts.push({
      ...read,
      body,
      text,
      reasoning: withoutKey(read.reasoning, apiKey),
      model: read.model ?? this.model,
      seconds: secondsSince(startedMs),
      ...(failure ? { error: failure.reason } : {}),
    });
    return { text, failure };
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

  /** Why everything was stopped: the caller, the caller's time limit, or our own. */
  #stopped({ caller }: Asking): Failure {
    if (caller.aborted) {
      const isLate = caller.reason instanceof Error && caller.reason.name === "TimeoutError";
      return isLate
        ? { code: "deadline-exceeded", reason: "the caller waits no longer", isRetryable: true }
        : { code: "cancelled", reason: "the caller gave up", isRetryable: false };
    }
    const reason = `no answer within ${this.#options.timeoutMs} ms`;
    return { code: "deadline-exceeded", reason, isRetryable: true };
  }
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1_000;
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
