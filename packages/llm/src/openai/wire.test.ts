import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as later } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ChatOutcome } from "../chat-backend.js";
import { type ChatBehaviour, type ChatScript, obedient } from "../testing/chat-behaviour.js";
import { type ChatServerOptions, startChatServer } from "../testing/chat-server.js";
import type { Flavour } from "../testing/flavours.js";
import { manualTiming } from "../testing/manual-timing.js";
import { question } from "../testing/scripted-backend.js";
import { testTls } from "../testing/test-tls.js";
import { createEndpoint, type EndpointOptions } from "./create-backend.js";

/** A signal of its own for each question, as callers have. */
const never = () => new AbortController().signal;
const responseSchema = {
  type: "object",
  properties: { word: { type: "string" } },
  required: ["word"],
  additionalProperties: false,
};

async function serve(script: ChatScript, options: ChatServerOptions = {}) {
  const server = await startChatServer(script, options);
  onTestFinished(() => server.close());
  return server;
}

/** Asks a server once. */
async function ask(
  script: ChatScript | ChatBehaviour,
  served: ChatServerOptions = {},
  options: Partial<EndpointOptions> = {},
): Promise<ChatOutcome> {
  const list = "kind" in script ? [script] : script;
  const { baseUrl } = await serve(list, served);
  const endpoint = await createEndpoint({ baseUrl, model: "m", ...options });
  return endpoint.complete(question, never());
}

describe("an endpoint that behaves like", () => {
  const kinds: readonly Flavour[] = ["openai", "vllm", "ollama", "llama.cpp", "deepseek"];

  it.each(kinds)("%s gives reasoning apart, and constrains as far as it can", async (flavour) => {
    const server = await serve((request) => ({ ...obedient(request), reasoning: "Hm." }), {
      flavour,
      apiKey: "k-12345678",
    });
    const { baseUrl } = server;
    const apiKey = "k-12345678";
    const endpoint = await createEndpoint({ kind: flavour, baseUrl, model: "m", apiKey });
    const outcome = await endpoint.complete({ ...question, responseSchema }, never());
    const text = flavour === "deepseek" ? '{"text": "hello"}' : '{"word":"hello"}';
    expect(outcome).toMatchObject({
      kind: "answered",
      text,
      attempts: [{ backend: flavour, reasoning: "Hm.", usage: { inputTokens: 20 } }],
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each(kinds)("%s refuses a key, a model and a format in its own words", async (flavour) => {
    const served = { flavour, apiKey: "right-key", model: "m" };
    const key = await ask(obedient, served, { apiKey: "wrong-key" });
    expect(key).toMatchObject({ code: "failed-precondition", httpStatus: 401 });
    const model = await ask(obedient, served, { apiKey: "right-key", model: "other" });
    expect(model).toMatchObject({
      code: "failed-precondition",
      httpStatus: 404,
      reason: expect.stringContaining("The model other does not exist."),
    });
    const server = await serve(obedient, { flavour, format: "refused" });
    const endpoint = await createEndpoint({ baseUrl: server.baseUrl, model: "m" });
    const ask2 = () => endpoint.complete({ ...question, responseSchema }, never());
    expect(await ask2()).toMatchObject({ kind: "answered", text: "Hello." });
    expect(server.seen).toHaveLength(3);
    await ask2();
    expect(server.seen).toHaveLength(4);
  });

  it("DeepSeek tells its cached input by a name of its own", async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 2, prompt_cache_hit_tokens: 7 };
    const outcome = await ask({ kind: "answer", pieces: ["Hi"], usage }, { flavour: "deepseek" });
    expect(outcome.attempts[0]?.usage).toMatchObject({ cachedInputTokens: 7 });
  });

  it("Azure takes the key in a header of its own, and a version", async () => {
    const server = await serve(obedient, { apiKey: "azure-key-1" });
    const endpoint = await createEndpoint({
      kind: "azure",
      baseUrl: server.baseUrl,
      model: "m",
      apiKey: "azure-key-1",
      apiVersion: "2024-10-21",
    });
    expect(await endpoint.complete(question, never())).toMatchObject({ kind: "answered" });
    expect(server.seen[0]).toMatchObject({
      path: "/v1/chat/completions?api-version=2024-10-21",
      authorization: undefined,
    });
  });
});

describe("a request", () => {
  it("carries top-p, reasoning and the user's own fields, which win", async () => {
    const server = await serve(obedient);
    const endpoint = await createEndpoint({
      kind: "vllm",
      baseUrl: server.baseUrl,
      model: "m",
      reasoning: "off",
      extraBody: { top_k: 20, max_tokens: 7 },
    });
    await endpoint.complete({ ...question, topP: 0.8 }, never());
    expect(server.seen[0]?.body).toMatchObject({
      top_p: 0.8,
      top_k: 20,
      max_tokens: 7,
      chat_template_kwargs: { enable_thinking: false },
    });
  });

  it("is repeated without reasoning fields that the endpoint does not know", async () => {
    const server = await serve((request) =>
      "reasoning_effort" in request.body
        ? {
            kind: "status",
            status: 400,
            body: { error: { message: "Unrecognized request argument: reasoning_effort" } },
          }
        : obedient(request),
    );
    const { baseUrl } = server;
    const endpoint = await createEndpoint({ baseUrl, model: "m", reasoning: "low" });
    const outcome = await endpoint.complete({ ...question, responseSchema }, never());
    expect(outcome).toMatchObject({ kind: "answered", text: '{"word":"hello"}' });
    expect(server.seen).toHaveLength(2);
  });

  it("reaches an endpoint whose certificate is from an authority of one's own", async () => {
    const served = { tls: testTls };
    const caCertificates = testTls.cert;
    expect(await ask(obedient, served)).toMatchObject({
      code: "unavailable",
      reason: expect.stringMatching(/certificate/i),
    });
    expect(await ask(obedient, served, { caCertificates })).toMatchObject({ kind: "answered" });
    // Without TLS the certificates are not needed, and streams are read all the same.
    expect(await ask(obedient, {}, { caCertificates })).toMatchObject({ kind: "answered" });
    const hang = { kind: "hang", pieces: ["Hel"] } as const;
    const { baseUrl } = await serve([hang], served);
    const endpoint = await createEndpoint({ baseUrl, model: "m", caCertificates });
    const stop = new AbortController();
    const request = { ...question, onText: () => stop.abort() };
    expect(await endpoint.complete(request, stop.signal)).toMatchObject({ code: "cancelled" });
  });
});

describe("an endpoint that misbehaves", () => {
  const date = { "retry-after": "Wed, 21 Oct 2026 07:28:10 GMT" };
  it.each([
    [408, {}, { code: "unavailable", retryAfterMs: undefined }],
    [409, {}, { code: "unavailable" }],
    [429, { "retry-after": "3" }, { code: "resource-exhausted", retryAfterMs: 3_000 }],
    [429, { "retry-after-ms": "1500" }, { code: "resource-exhausted", retryAfterMs: 1_500 }],
    [503, date, { code: "unavailable", retryAfterMs: 10_000 }],
    [503, { "retry-after": "soon" }, { code: "unavailable", retryAfterMs: undefined }],
  ])("by status %i may be asked again, when it says: %j", async (status, headers, expected) => {
    const timing = manualTiming(Date.parse("2026-10-21T07:28:00Z"));
    const outcome = await ask({ kind: "status", status, headers }, {}, { timing });
    expect(outcome).toMatchObject({ kind: "failed", isRetryable: true, ...expected });
  });

  const page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><p>x</p></html>";
  const error = (message: string, code: unknown) => JSON.stringify({ error: { message, code } });
  it.each([
    [
      "a web page with its status",
      { kind: "raw", status: 504, body: page, contentType: "text/html" },
      { code: "unavailable", httpStatus: 504, reason: /: 504 a web page, "502 Bad Gateway"$/ },
    ],
    [
      "a web page with status 200",
      { kind: "raw", body: `\n ${page}`, contentType: "text/event-stream" },
      { code: "unavailable", reason: /a web page, "502 Bad Gateway"$/ },
    ],
    [
      "an error with status 200",
      { kind: "raw", body: error("slow down", 429), contentType: "application/json" },
      { code: "resource-exhausted", httpStatus: 429, reason: /slow down/ },
    ],
    [
      "an error with status 200 and no code",
      { kind: "raw", body: '{"error": "out of memory"}', contentType: "application/json" },
      { code: "unavailable", reason: /out of memory/ },
    ],
    [
      "an error in the middle of a stream",
      { kind: "raw", body: `data: ${error("overloaded", 503)}\n\n` },
      { code: "unavailable", httpStatus: 503, reason: /overloaded/ },
    ],
    [
      "an error without a message",
      { kind: "raw", status: 422, body: '{"detail": [{"msg": "field required"}]}' },
      { code: "invalid-argument", reason: /field required/ },
    ],
    [
      "an answer without an end",
      { kind: "endless", how: "pieces" },
      { code: "failed-precondition", isRetryable: false, reason: /longer than 1000000 characters/ },
    ],
    [
      "a line without an end",
      { kind: "endless", how: "line" },
      { code: "failed-precondition", isRetryable: false, reason: /longer than 1048576 bytes/ },
    ],
    [
      "a document without an end",
      { kind: "endless", how: "document" },
      { code: "failed-precondition", isRetryable: false, reason: /longer than 16777216 bytes/ },
    ],
  ] as const)("by %s is told as what it is", async (_, behaviour, expected) => {
    const { reason, ...fields } = expected;
    const outcome = await ask(behaviour);
    expect(outcome).toMatchObject({ ...fields, reason: expect.stringMatching(reason) });
  });

  it("only in its content type is read all the same", async () => {
    const delta = { choices: [{ delta: { content: "Hi" }, finish_reason: "stop" }] };
    const body = `data: ${JSON.stringify(delta)}\n\ndata: [DONE]\n\n`;
    expect(await ask({ kind: "raw", body, contentType: "text/html" })).toMatchObject({
      text: "Hi",
      attempts: [{ wire: { isStreamed: true, hasUsage: false } }],
    });
    const whole = JSON.stringify({
      choices: [{ message: { content: "Hi" }, finish_reason: "stop" }],
    });
    expect(await ask({ kind: "raw", body: whole, contentType: "text/plain" })).toMatchObject({
      text: "Hi",
      attempts: [{ wire: { isStreamed: false } }],
    });
  });

  it("only by being slow is waited for", async () => {
    const outcome = await ask({ kind: "answer", pieces: ["Hi"], firstByteMs: 150 });
    expect(outcome).toMatchObject({ kind: "answered", text: "Hi" });
    expect(outcome.seconds).toBeGreaterThan(0.14);
  });
});

describe("the wire format, from a server of its own", () => {
  it("is read with any line ends, comments, events of several lines and cut characters", async () => {
    const chunk = (content: string) =>
      `{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,\r\ndata: "delta":{"content":${JSON.stringify(content)}},"finish_reason":null}]}`;
    const text = [
      ": a comment before anything\r\n\r\n",
      `event: message\r\nid: 7\r\nretry: 100\r\ndata: ${chunk("Größe ")}\r\n\r\n`,
      ": another\r\n",
      `data: ${chunk("结构 🙂")}\r\n\r\n`,
      'data:{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\r\n\r\n',
      'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\r\n\r\n',
      "data: [DONE]\r\n\r\n",
    ].join("");
    const server = createServer(async (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      response.flushHeaders();
      // Byte by byte where characters have several of them, so that each is cut.
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.from([byte]));
        if (byte > 127) await later();
      }
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    const endpoint = await createEndpoint({ baseUrl, model: "m" });
    expect(await endpoint.complete(question, never())).toMatchObject({
      kind: "answered",
      text: "Größe 结构 🙂",
      attempts: [{ usage: { inputTokens: 3, outputTokens: 4 } }],
    });
  });
});
