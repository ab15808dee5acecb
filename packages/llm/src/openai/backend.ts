import OpenAI from "openai";
import type {
  ChatAttempt,
  ChatBackend,
  ChatOutcome,
  ChatRequest,
  OnText,
} from "../chat-backend.js";
import { stopReason } from "../stop-reason.js";
import { systemTiming, type Timing } from "../timing.js";
import { fetchAsStream } from "./as-stream.js";
import { fetchTrusting } from "./ca-fetch.js";
import { type AttemptDetails, inChatSpan } from "./chat-span.js";
import { type ChatBody, type Concession, concede, concessionFor } from "./concessions.js";
import type { EndpointOptions } from "./create-backend.js";
import { endpointHabits } from "./endpoint-kinds.js";
import { brief, type Failure, failureOf } from "./failure.js";
import { createKeyMask } from "./key-mask.js";
import { nothingRead, readAnswer } from "./read-answer.js";
import { reasoningBody } from "./reasoning.js";
import { withoutKey, withoutKeys } from "./without-key.js";

/** An attempt's answer, or why there is none. */
interface Outcome {
  readonly text: string;
  readonly failure: Failure | undefined;
}

/**
 * One endpoint that is asked once, but for what it does not know and we can do without. That is
 * remembered once it worked.
 */
export class OpenAiBackend implements ChatBackend {
  readonly name: string;
  readonly model: string;
  readonly #options: EndpointOptions;
  readonly #client: OpenAI;
  readonly #baseUrl: string | undefined;
  readonly #timing: Timing;
  #concessions: readonly Concession[] = [];

  constructor(options: EndpointOptions) {
    const { kind = "openai", apiKey, apiVersion, caCertificates } = options;
    const habits = endpointHabits[kind];
    this.name = kind;
    this.model = options.model;
    this.#options = options;
    this.#baseUrl = options.baseUrl ?? habits.baseUrl;
    this.#timing = options.timing ?? systemTiming;
    // Everything that the client would otherwise take from OPENAI_* variables is said here.
    this.#client = new OpenAI({
      baseURL: this.#baseUrl,
      apiKey: apiKey ?? "none",
      organization: null,
      project: null,
      webhookSecret: null,
      fetch: fetchAsStream(caCertificates === undefined ? fetch : fetchTrusting(caCertificates)),
      maxRetries: 0,
      // Whoever asks has a time limit of his own; the client's would be a second one.
      timeout: 2_147_483_647,
      logLevel: "off",
      ...(habits.keyHeader === undefined
        ? {}
        : { defaultHeaders: { [habits.keyHeader]: apiKey ?? "none", Authorization: null } }),
      ...(apiVersion === undefined ? {} : { defaultQuery: { "api-version": apiVersion } }),
    });
    if (habits.format === "json_object") this.#concessions = ["json_schema"];
  }

  async complete(request: ChatRequest, signal: AbortSignal): Promise<ChatOutcome> {
    const startedMs = this.#timing.nowMs();
    const attempts: ChatAttempt[] = [];
    const { failure, text } = await this.#answer(request, signal, attempts);
    const seconds = this.#secondsSince(startedMs);
    if (!failure) return { kind: "answered", text, attempts, seconds };
    const { isRequestRefused, ...told } = failure;
    return { kind: "failed", ...told, attempts, seconds };
  }

  /** Attempts with less and less in them, until one is not refused as such. */
  async #answer(
    request: ChatRequest,
    signal: AbortSignal,
    attempts: ChatAttempt[],
  ): Promise<Outcome> {
    let concessions = this.#concessions;
    for (;;) {
      if (signal.aborted) return { text: "", failure: stopReason(signal) };
      const body = concessions.reduce(concede, this.#body(request));
      const outcome = await inChatSpan(this.name, this.#baseUrl, body, (tell) =>
        this.#attempt(body, request, signal, (attempt, details) => {
          attempts.push(attempt);
          tell(attempt, details);
        }),
      );
      const { failure } = outcome;
      if (!failure) this.#concessions = concessions;
      if (!failure?.isRequestRefused) return outcome;
      const concession = concessionFor(body, failure.reason);
      if (concession === undefined) return outcome;
      // It ends by itself, as there are only so many parts to give up.
      concessions = [...concessions, concession];
    }
  }

  /** Sends one request and notes what came of it, without keys. */
  async #attempt(
    body: ChatBody,
    request: ChatRequest,
    signal: AbortSignal,
    tell: (attempt: ChatAttempt, details: AttemptDetails) => void,
  ): Promise<Outcome> {
    const { apiKey, price } = this.#options;
    const startedMs = this.#timing.nowMs();
    let firstPieceSeconds: number | undefined;
    const sort = (thrown: unknown): Failure => failureOf(thrown, this.#timing.nowMs());
    const shown = createKeyMask(apiKey, (...piece) => request.onText?.(...piece));
    const push: OnText = (...piece) => {
      firstPieceSeconds ??= this.#secondsSince(startedMs);
      shown.push(...piece);
    };
    const {
      failure: met,
      responseId,
      finish,
      ...read
    } = await this.#client.chat.completions
      .create(body, { signal })
      .then((stream) => readAnswer(stream, push, sort))
      .catch((error: unknown) => nothingRead(sort(error)));
    shown.end();
    const problem: Failure | undefined = met && signal.aborted ? stopReason(signal) : met;
    const failure = problem && { ...problem, reason: brief(withoutKeys(problem.reason, apiKey)) };
    const text = withoutKey(read.text, apiKey);
    const attempt: ChatAttempt = {
      ...read,
      backend: this.name,
      body,
      text,
      reasoning: withoutKey(read.reasoning, apiKey),
      model: withoutKey(read.model ?? this.model, apiKey),
      seconds: this.#secondsSince(startedMs),
      ...(failure
        ? { error: failure.reason, errorType: String(failure.httpStatus ?? failure.code) }
        : {}),
      ...(price ? { price } : {}),
    };
    tell(attempt, { failure, finish, responseId, firstPieceSeconds });
    return { text, failure };
  }

  /** What the user adds wins: an endpoint may call a field by another name. */
  #body(request: ChatRequest): ChatBody {
    const { kind = "openai", reasoning, extraBody } = this.#options;
    const { responseSchema, topP } = request;
    const body = {
      model: this.model,
      messages: request.messages.map(({ role, content }) => ({ role, content })),
      temperature: request.temperature,
      ...(topP === undefined ? {} : { top_p: topP }),
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
      ...reasoningBody(reasoning, endpointHabits[kind].reasoning),
      ...extraBody,
    };
    // Of fields that the client's types do not know it sends what it is given.
    return body as ChatBody;
  }

  #secondsSince(startedMs: number): number {
    return Math.max(0, this.#timing.nowMs() - startedMs) / 1_000;
  }
}
