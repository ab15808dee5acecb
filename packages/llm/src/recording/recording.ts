import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { CollmError, checkValue } from "@collm/errors";
import { exchangeSchema } from "@collm/search";
import { z } from "zod";
import type { ChatFailureCode, ChatOutcome, ChatRequest } from "../chat-backend.js";
import { mapJson } from "./map-json.js";

/** Raised when a file changes its meaning. */
const version = 1;

/** A text, or its lines: a file of one line for each line of an answer can be read and compared. */
const text = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === "string" ? value : value.join("\n")));

const requestSchema = z.strictObject({
  temperature: z.number(),
  topP: z.number().optional(),
  maxOutputTokens: z.int(),
  messages: z.array(
    z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: text }),
  ),
  responseSchema: z.record(z.string(), z.unknown()).optional(),
});

const attemptSchema = z.strictObject({
  backend: z.string(),
  model: z.string(),
  body: z.unknown(),
  text: text.default(""),
  reasoning: text.default(""),
  isCutOff: z.boolean().default(false),
  error: z.string().optional(),
  usage: exchangeSchema.shape.usage,
  price: z
    .strictObject({ input: z.number(), cachedInput: z.number().optional(), output: z.number() })
    .optional(),
  seconds: z.number().nonnegative(),
});

const failureCodes = [
  "unavailable",
  "resource-exhausted",
  "deadline-exceeded",
  "failed-precondition",
  "invalid-argument",
  "cancelled",
] as const satisfies readonly ChatFailureCode[];

/** The answer is the text of the last attempt, so it is not told twice. */
const outcomeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("answered"), seconds: z.number().nonnegative() }),
  z.strictObject({
    kind: z.literal("failed"),
    code: z.enum(failureCodes),
    reason: z.string(),
    isRetryable: z.boolean(),
    httpStatus: z.int().optional(),
    seconds: z.number().nonnegative(),
  }),
]);

const recordingSchema = z
  .strictObject({
    v: z.literal(version),
    request: requestSchema,
    attempts: z.array(attemptSchema),
    outcome: outcomeSchema,
  })
  .refine(({ attempts, outcome }) => outcome.kind === "failed" || attempts.length > 0, {
    path: ["attempts"],
    message: "one at least where there is an answer",
  });

/** One question to a role's backend and what came of it, every request to an endpoint included. */
export interface Recording {
  readonly request: RecordedRequest;
  readonly outcome: ChatOutcome;
}

/** What of a question an answer depends on. */
export type RecordedRequest = Omit<ChatRequest, "onText">;

/** 12 hexadecimal digits that tell requests apart: conversation, sampling, limit and schema. */
export function digestOf(request: RecordedRequest): string {
  const { temperature, topP = null, maxOutputTokens, responseSchema = null } = request;
  const told = [conversationKey(request), temperature, topP, maxOutputTokens, responseSchema];
  return createHash("sha256").update(JSON.stringify(told)).digest("hex").slice(0, 12);
}

/** Equal for requests with the same conversation, whatever its answer's sampling and limits. */
export function conversationKey({ messages }: RecordedRequest): string {
  return JSON.stringify(messages.map(({ role, content }) => [role, content]));
}

/** Places in `body` that repeat the request; conversations are long. */
const references = [
  ["#/request/messages", (request: RecordedRequest) => request.messages],
  ["#/request/responseSchema", (request: RecordedRequest) => request.responseSchema],
] as const;

/**
 * The text of a recording's file.
 *
 * @param hide takes keys out of a text
 */
export function formatRecording(recording: Recording, hide: (text: string) => string): string {
  const { messages, temperature, topP, maxOutputTokens, responseSchema } = recording.request;
  const { attempts, seconds, ...outcome } = recording.outcome;
  const refer = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const found = references.find(([, of]) => isDeepStrictEqual(of(recording.request), value));
    return found ? { $ref: found[0] } : value;
  };
  const document = {
    v: version,
    request: {
      temperature,
      topP,
      maxOutputTokens,
      messages: messages.map(({ role, content }) => ({ role, content: inLines(content) })),
      responseSchema,
    },
    attempts: attempts.map(({ backend, model, body, text, reasoning, isCutOff, ...others }) => ({
      backend,
      model,
      body: mapJson(body, refer),
      ...(reasoning === "" ? {} : { reasoning: inLines(reasoning) }),
      ...(text === "" ? {} : { text: inLines(text) }),
      ...(isCutOff ? { isCutOff } : {}),
      error: others.error,
      usage: others.usage,
      price: others.price,
      seconds: others.seconds,
    })),
    outcome:
      outcome.kind === "answered"
        ? { kind: outcome.kind, seconds }
        : {
            kind: outcome.kind,
            code: outcome.code,
            reason: outcome.reason,
            isRetryable: outcome.isRetryable,
            httpStatus: outcome.httpStatus,
            seconds,
          },
  };
  const hidden = mapJson(document, (value) => (typeof value === "string" ? hide(value) : value));
  return `${JSON.stringify(hidden, null, 2)}\n`;
}

/**
 * Reads the text of a recording's file.
 *
 * @throws CollmError data-loss that names the file, the field, its value and what is allowed
 */
export function parseRecording(path: string, content: string): Recording {
  const checked = checkValue(recordingSchema, parsed(content));
  if (checked.kind === "invalid") {
    throw new CollmError("data-loss", `recording ${path}: ${checked.problems[0]}`);
  }
  const { request, attempts, outcome } = checked.value;
  const resolve = (value: unknown): unknown => {
    const name: unknown = Object(value).$ref;
    return references.find(([reference]) => reference === name)?.[1](request) ?? value;
  };
  const whole = attempts.map((attempt) => ({ ...attempt, body: mapJson(attempt.body, resolve) }));
  if (outcome.kind === "failed") return { request, outcome: { ...outcome, attempts: whole } };
  const answer = whole.at(-1)?.text ?? "";
  return { request, outcome: { ...outcome, text: answer, attempts: whole } };
}

function inLines(value: string): string | readonly string[] {
  return value.includes("\n") ? value.split("\n") : value;
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
