import type { ChatAttempt, ChatOutcome } from "../chat-backend.js";
import { createEndpoint, type EndpointOptions } from "../openai/create-backend.js";
import { endpointHabits } from "../openai/endpoint-kinds.js";
import { AnswerTimeout } from "../stop-reason.js";
import { askAboutModel } from "./context-tokens.js";

/** What of an endpoint works. What could not be found out is absent. */
export interface EndpointCheck {
  readonly backend: string;
  readonly model: string;
  readonly baseUrl: string;
  /** Whether a role can be played by it: an answer came, if only of reasoning. */
  readonly works: boolean;
  /** Why it cannot, or what came instead of an answer; one sentence without keys. */
  readonly problem?: string | undefined;
  readonly isReachable: boolean;
  readonly isKeyAccepted?: boolean | undefined;
  readonly isModelKnown?: boolean | undefined;
  /** What answers are constrained to; `ignored` where a constraint was accepted and not kept. */
  readonly structuredOutput?: "schema" | "json" | "ignored" | "none" | undefined;
  /** Where the chain of thought came: a field, `<think>` in the text, or nowhere. */
  readonly reasoningIn?: string | undefined;
  readonly isStreamed?: boolean | undefined;
  readonly reportsUsage?: boolean | undefined;
  /** Tokens of input and output together, where the endpoint tells. */
  readonly contextTokens?: number | undefined;
  readonly seconds: number;
}

export interface CheckOptions extends EndpointOptions {
  /** For the answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly temperature: number;
  readonly topP?: number | undefined;
}

/** No model would call it that by itself: an answer with it was constrained by the schema. */
const secretField = "p7kq2";
const schema = {
  type: "object",
  properties: { [secretField]: { type: "string" } },
  required: [secretField],
  additionalProperties: false,
};
/** JSON mode refuses a conversation without the word. */
const words = "Say hello in one word. If you are to answer in JSON, any object will do.";
/** Enough for a model that reasons about a greeting. */
const maxOutputTokens = 1_024;

/** Makes one tiny real call, asks the endpoint what it tells about the model, and says what works. */
export async function checkEndpoint(options: CheckOptions): Promise<EndpointCheck> {
  const { kind = "openai", model, timeoutMs, temperature, topP } = options;
  const endpoint = await createEndpoint(options);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new AnswerTimeout(timeoutMs)), timeoutMs);
  try {
    const request = {
      messages: [{ role: "user", content: words }] as const,
      temperature,
      topP,
      maxOutputTokens,
      responseSchema: schema,
    };
    const outcome = await endpoint.complete(request, late.signal);
    const told = await askAboutModel(options, late.signal);
    const found = judge(outcome);
    return {
      backend: kind,
      model,
      baseUrl: options.baseUrl ?? endpointHabits[kind].baseUrl ?? "",
      ...found,
      isModelKnown: found.isModelKnown ?? told.isListed,
      contextTokens: told.contextTokens,
      seconds: outcome.seconds,
    };
  } finally {
    clearTimeout(timer);
  }
}

type Found = Omit<EndpointCheck, "backend" | "model" | "baseUrl" | "contextTokens" | "seconds">;

function judge(outcome: ChatOutcome): Found {
  const last = outcome.attempts.at(-1);
  if (outcome.kind === "answered") return { works: true, ...worked(outcome.text, last) };
  const { reason: problem, httpStatus } = outcome;
  // A greeting that is all reasoning, or none, came from a model that a role can ask.
  if (last?.wire && outcome.code === "failed-precondition") {
    return { works: true, problem, ...worked("", last), structuredOutput: undefined };
  }
  const isRefused = httpStatus === 401 || httpStatus === 403;
  return {
    works: false,
    problem,
    isReachable: httpStatus !== undefined || last?.wire !== undefined,
    ...(httpStatus === undefined ? {} : { isKeyAccepted: !isRefused }),
    ...(httpStatus === 404 ? { isModelKnown: false } : {}),
  };
}

function worked(text: string, attempt: ChatAttempt | undefined): Omit<Found, "works" | "problem"> {
  return {
    isReachable: true,
    isKeyAccepted: true,
    isModelKnown: true,
    structuredOutput: constraintOf(text, attempt?.body),
    reasoningIn: attempt?.wire?.reasoningIn,
    isStreamed: attempt?.wire?.isStreamed,
    reportsUsage: attempt?.wire?.hasUsage,
  };
}

/** What the answer was constrained to, of what was asked for in the end. */
function constraintOf(text: string, body: unknown): "schema" | "json" | "ignored" | "none" {
  const asked: unknown = Object(Object(body).response_format).type;
  if (asked === undefined) return "none";
  const answer = parse(text);
  if (asked === "json_schema") return secretField in Object(answer) ? "schema" : "ignored";
  return typeof answer === "object" && answer !== null ? "json" : "ignored";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
