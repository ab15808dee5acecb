import { afterEach, describe, expect, it } from "vitest";
import type { ChatAttempt, ChatOutcome, ChatRequest } from "../chat-backend.js";
import type { ChatScript } from "../testing/chat-behaviour.js";
import { type ChatServer, startChatServer } from "../testing/chat-server.js";
import { createOpenAiBackend, type OpenAiBackendOptions } from "./create-backend.js";

const apiKey = "secret-key-123";
const never = new AbortController().signal;
const question: ChatRequest = {
  messages: [
    { role: "system", content: "You are a test." },
    { role: "user", content: "Say hello." },
  ],
  temperature: 0.6,
  maxOutputTokens: 100,
};
const hello = { kind: "answer", pieces: ["Hel", "lo."] } as const;

let server: ChatServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function ask(
  script: ChatScript,
  request: Partial<ChatRequest> = {},
  options: Partial<OpenAiBackendOptions> = {},
  signal: AbortSignal = never,
): Promise<{ outcome: ChatOutcome; server: ChatServer }> {
  server = await startChatServer(script);
  const backend = await createOpenAiBackend({
    baseUrl: server.baseUrl,
    model: "asked-model",
    apiKey,
    timeoutMs: 5_000,
    backoffMs: 1,
    ...options,
  });
  return { outcome: await backend.complete({ ...question, ...request }, signal), server };
}

describe("createOpenAiBackend", () => {
  it("streams an answer and reports usage, model and the body it sent", async () => {
    const pieces: string[] = [];
    const { outcome, server } = await ask(
      [
        {
          ...hello,
          usage: {
            prompt_tokens: 12,
            completion_tokens: 5,
            prompt_tokens_details: { cached_tokens: 8 },
            completion_tokens_details: { reasoning_tokens: 3 },
          },
        },
      ],
      { onText: (piece) => pieces.push(piece) },
    );
    expect(outcome).toMatchObject({ kind: "answered", text: "Hello." });
    expect(outcome.attempts).toEqual([
      {
        backend: "openai",
        text: "Hello.",
        reasoning: "",
        isCutOff: false,
        wire: { isStreamed: true, reasoningIn: undefined, hasUsage: true },
        model: "test-model",
        usage: { inputTokens: 12, cachedInputTokens: 8, outputTokens: 5, reasoningTokens: 3 },
        body: server.seen[0]?.body,
        seconds: expect.any(Number),
      },
    ]);
    expect(server.seen[0]?.body).toMatchObject({
      model: "asked-model",
      messages: question.messages,
      temperature: 0.6,
      stream: true,
    });
    expect(pieces).toEqual(["Hel", "lo."]);
    expect(server.seen[0]).toMatchObject({
      path: "/v1/chat/completions",
      authorization: `Bearer ${apiKey}`,
    });
    expect(JSON.stringify(outcome)).not.toContain(apiKey);
  });

  it.each(["reasoning", "reasoning_content"] as const)(
    "shows the field %s but keeps it out of the answer",
    async (reasoningField) => {
      const pieces: string[] = [];
      const { outcome } = await ask([{ ...hello, reasoning: "Hmm. ", reasoningField }], {
        onText: (piece, kind) => pieces.push(`${kind}: ${piece}`),
      });
      expect(outcome).toMatchObject({ text: "Hello.", attempts: [{ reasoning: "Hmm." }] });
      expect(pieces).toEqual(["reasoning: Hmm. ", "answer: Hel", "answer: lo."]);
    },
  );

  it("parts think blocks from the answer", async () => {
    const kinds: string[] = [];
    const { outcome } = await ask(
      [{ kind: "answer", pieces: ["<thi", "nk>so", " many", "</thi", "nk>\n", "Hello."] }],
      { onText: (_, kind) => kinds.push(kind) },
    );
    expect(kinds.slice(1)).toEqual([...Array(4).fill("reasoning"), "answer"]);
    expect(outcome).toMatchObject({ text: "Hello.", attempts: [{ reasoning: "so many" }] });
  });

  it("says when the token limit cut the answer", async () => {
    const { outcome } = await ask([{ ...hello, finish: "length" }]);
    expect(outcome).toMatchObject({ kind: "answered", attempts: [{ isCutOff: true }] });
  });

  it("waits and asks again after 429", async () => {
    const { outcome, server } = await ask([
      { kind: "status", status: 429, headers: { "retry-after-ms": "5" } },
      hello,
    ]);
    expect(outcome).toMatchObject({ kind: "answered", text: "Hello." });
    expect(server.seen).toHaveLength(2);
  });

  it("does not wait for a limit that lasts longer than it may", async () => {
    const { outcome, server } = await ask([
      { kind: "status", status: 429, headers: { "retry-after": "3600" } },
    ]);
    expect(outcome).toMatchObject({
      kind: "failed",
      code: "resource-exhausted",
      isRetryable: true,
    });
    expect(server.seen).toHaveLength(1);
  });

  it("does not ask again when the account is empty", async () => {
    const { outcome, server } = await ask([
      {
        kind: "status",
        status: 429,
        body: { error: { message: "x", code: "insufficient_quota" } },
      },
    ]);
    expect(outcome).toMatchObject({ code: "resource-exhausted", isRetryable: false });
    expect(server.seen).toHaveLength(1);
  });

  it("gives up after three server errors", async () => {
    const { outcome, server } = await ask([{ kind: "status", status: 503 }]);
    expect(outcome).toMatchObject({ kind: "failed", code: "unavailable", isRetryable: true });
    expect(server.seen).toHaveLength(3);
  });

  it("stops waiting for an endpoint that hangs", async () => {
    const { outcome } = await ask([{ kind: "hang" }], {}, { timeoutMs: 80 });
    expect(outcome).toMatchObject({
      kind: "failed",
      code: "deadline-exceeded",
      reason: "no answer within 80 ms",
    });
  });

  it("stops waiting for a stream that hangs in the middle", async () => {
    const { outcome } = await ask([{ kind: "hang", pieces: ["Hel"] }], {}, { timeoutMs: 1_000 });
    expect(outcome).toMatchObject({
      kind: "failed",
      code: "deadline-exceeded",
      attempts: [{ text: "Hel", error: "no answer within 1000 ms" }],
    });
  });

  it("takes a whole answer from an endpoint that does not stream", async () => {
    const body = JSON.stringify({
      id: "answer-1",
      object: "chat.completion",
      model: "test-model",
      choices: [
        {
          index: 0,
          message: { role: "assistant", reasoning_content: "Hm.", content: "Hello." },
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 12, completion_tokens: 5 },
    });
    const { outcome } = await ask([{ kind: "raw", body, contentType: "application/json" }]);
    expect(outcome).toMatchObject({
      kind: "answered",
      text: "Hello.",
      attempts: [{ reasoning: "Hm.", model: "test-model", usage: { outputTokens: 5 } }],
    });
  });

  it.each([
    ["a web page", "<html>Welcome</html>", "text/html"],
    ["broken JSON", 'data: {"choices": [\n\ndata: [DONE]\n\n', "text/event-stream"],
    ["JSON of another kind", 'data: {"hello": 1}\n\ndata: [DONE]\n\n', "text/event-stream"],
    ["a whole document that is no answer", '{"hello": 1}', "application/json"],
    ["nothing", "", "text/event-stream"],
  ])("fails on %s", async (_, body, contentType) => {
    const { outcome, server } = await ask([{ kind: "raw", body, contentType }]);
    expect(outcome.kind).toBe("failed");
    expect(server.seen).toHaveLength(3);
  });

  it("reports a refusal and does not insist", async () => {
    const { outcome, server } = await ask([
      { kind: "answer", pieces: [], refusal: "I cannot do that." },
    ]);
    expect(outcome).toMatchObject({
      kind: "failed",
      code: "failed-precondition",
      reason: "the model refused: I cannot do that.",
      isRetryable: false,
      attempts: [{ text: "I cannot do that.", error: "the model refused: I cannot do that." }],
    });
    expect(server.seen).toHaveLength(1);
  });

  it("treats silence as a failure", async () => {
    const { outcome } = await ask([{ kind: "answer", pieces: ["  "] }]);
    expect(outcome).toMatchObject({ kind: "failed", reason: "the model said nothing" });
  });

  it("treats reasoning without an answer as a failure", async () => {
    const { outcome } = await ask([
      {
        kind: "answer",
        pieces: ["<think>still thinking"],
        finish: "length",
        usage: { prompt_tokens: 12, completion_tokens: 100 },
      },
    ]);
    expect(outcome).toMatchObject({ kind: "failed", isRetryable: false });
    expect(outcome.attempts).toMatchObject([
      {
        text: "",
        reasoning: "still thinking",
        isCutOff: true,
        usage: { inputTokens: 12, outputTokens: 100 },
        error: "the model reached its token limit before it began to answer",
      },
    ]);
  });

  it.each(["cut", "end"] as const)("asks again after a stream that broke off (%s)", async (how) => {
    const { outcome, server } = await ask([{ kind: "truncated", pieces: ["Hel"], how }, hello]);
    expect(outcome).toMatchObject({ kind: "answered", text: "Hello." });
    expect(outcome.attempts).toMatchObject([
      { text: "Hel", error: expect.stringMatching(/broke off|ended before/) },
      { text: "Hello." },
    ]);
    expect(outcome.attempts[1]).not.toHaveProperty("error");
    expect(server.seen).toHaveLength(2);
  });

  it("keeps what every attempt was, answered or not", async () => {
    const { outcome, server } = await ask(
      [
        { kind: "status", status: 400, body: { error: { message: "no response_format" } } },
        { kind: "status", status: 503 },
        { kind: "answer", pieces: [" "], usage: { prompt_tokens: 9, completion_tokens: 1 } },
        { ...hello, usage: { prompt_tokens: 9, completion_tokens: 2 } },
      ],
      { responseSchema: { type: "object" } },
    );
    expect(outcome.kind).toBe("answered");
    const told = ({ text, error, usage }: ChatAttempt) => [text, error, usage.outputTokens];
    expect(outcome.attempts.map(told)).toEqual([
      ["", "the endpoint refused the request: 400 no response_format", 0],
      ["", "the endpoint failed: 503 no", 0],
      ["", "the model said nothing", 1],
      ["Hello.", undefined, 2],
    ]);
    expect(outcome.attempts.map(({ body }) => body)).toEqual(server.seen.map(({ body }) => body));
  });

  it("reports an endpoint that nobody listens on", async () => {
    const { outcome } = await ask(
      [hello],
      {},
      { baseUrl: "http://127.0.0.1:9/v1", maxAttempts: 1 },
    );
    expect(outcome).toMatchObject({ kind: "failed", code: "unavailable" });
  });

  it("hangs up when the caller cancels", async () => {
    const controller = new AbortController();
    const { outcome, server } = await ask(
      [{ kind: "hang", pieces: ["Hel"] }],
      { onText: () => controller.abort() },
      {},
      controller.signal,
    );
    expect(outcome).toMatchObject({ kind: "failed", code: "cancelled", isRetryable: false });
    await expect.poll(() => server.seen[0]?.isAborted).toBe(true);
  });

  it("sends nothing when the caller has cancelled already", async () => {
    const { outcome, server } = await ask([hello], {}, {}, AbortSignal.abort());
    expect(outcome).toMatchObject({ code: "cancelled", attempts: [] });
    expect(server.seen).toHaveLength(0);
  });

  it("says that the caller's time ran out, not that it gave up", async () => {
    const { outcome } = await ask([{ kind: "hang" }], {}, {}, AbortSignal.timeout(50));
    expect(outcome).toMatchObject({
      code: "deadline-exceeded",
      reason: "the caller waits no longer",
    });
  });

  it("asks for constrained output where a schema is given", async () => {
    const responseSchema = { type: "object" };
    const { server } = await ask([hello], { responseSchema });
    expect(server.seen[0]?.body).toMatchObject({
      response_format: { type: "json_schema", json_schema: { schema: responseSchema } },
    });
  });

  it("leaves out what an endpoint refuses, and remembers it", async () => {
    const constraints: unknown[] = [];
    server = await startChatServer(({ body }) => {
      const refused = ["response_format", "max_tokens", "temperature", "stream_options"].find(
        (name) => name in body,
      );
      if (refused === undefined) return hello;
      if (refused === "response_format") constraints.push(Object(body.response_format).type);
      const hint = refused === "max_tokens" ? ", use max_completion_tokens" : "";
      const message = `unsupported: ${refused}${hint}`;
      return { kind: "status", status: 400, body: { error: { message } } };
    });
    const backend = await createOpenAiBackend({
      baseUrl: server.baseUrl,
      model: "asked-model",
      timeoutMs: 5_000,
    });
    const request = { ...question, responseSchema: { type: "object" } };
    expect(await backend.complete(request, never)).toMatchObject({ kind: "answered" });
    expect(constraints).toEqual(["json_schema", "json_object"]);
    expect(server.seen).toHaveLength(6);
    expect(server.seen.at(-1)?.body).toMatchObject({ max_completion_tokens: 100 });
    await backend.complete(request, never);
    expect(server.seen).toHaveLength(7);
  });

  it.each([
    ["a request that stays refused", "no", 3],
    ["a conversation that is too long, at once", "maximum context length is 8192 tokens", 1],
  ])("reports %s", async (_, message, requests) => {
    const { outcome, server } = await ask(
      [{ kind: "status", status: 400, body: { error: { message } } }],
      { responseSchema: { type: "object" } },
    );
    expect(outcome).toMatchObject({ code: "invalid-argument", isRetryable: false });
    expect(server.seen).toHaveLength(requests);
  });

  it("never repeats the key that an endpoint quotes", async () => {
    const { outcome } = await ask([
      {
        kind: "status",
        status: 401,
        body: { error: { message: `Incorrect API key: ${apiKey}, sk-proj-abcdef` } },
      },
    ]);
    expect(outcome).toMatchObject({ code: "failed-precondition" });
    expect(JSON.stringify(outcome)).not.toMatch(/secret-key|sk-proj/);
  });

  it("cuts a long error after the key was removed, not within it", async () => {
    const message = `${"x".repeat(250)}${apiKey}`;
    for (const padding of ["", "y".repeat(5), "z".repeat(9)]) {
      const body = { error: { message: padding + message } };
      const { outcome } = await ask([{ kind: "status", status: 401, body }]);
      await server?.close();
      expect(JSON.stringify(outcome)).not.toContain("secret");
    }
  });

  it("keeps no key that an endpoint echoes in its answer", async () => {
    const { outcome } = await ask([
      { kind: "answer", pieces: ["You sent ", apiKey], reasoning: `I see ${apiKey}` },
    ]);
    expect(outcome).toMatchObject({ kind: "answered", text: "You sent [key]" });
    expect(JSON.stringify(outcome)).not.toContain(apiKey);
  });
});
