import { createOpenAiBackend, createRoleMetrics, describeRole, loadPromptSet } from "@collm/llm";
import { type ChatScript, startChatServer } from "@collm/llm/testing";
import { GeneratorServiceClient } from "@collm/proto";
import {
  callUnary,
  connect,
  fromProtoCandidatesAnswer,
  startServer,
  toProtoCandidatesRequest,
} from "@collm/rpc";
import { createLogger, createMetrics } from "@collm/telemetry";
import { describe, expect, it, onTestFinished } from "vitest";
import { createChatGenerator } from "./chat-generator.js";
import { answerSchema, generatorPrompts } from "./conversation.js";
import { createGenerator } from "./create-generator.js";
import { testRequest } from "./generator.fixture.js";
import type { Generator } from "./generator.js";
import { createGeneratorService } from "./service.js";

const apiKey = "secret-key-123";
const candidate = { ks: [3, 0, 0, 3, 0, 0], e: [1, 0, 0, 1, 0, 0], d: [1, 1], r: 20 };

async function host(generator: Generator) {
  const logged: string[] = [];
  const logger = createLogger({
    service: "generator",
    destination: { write: (line: string) => void logged.push(line) },
  });
  const server = await startServer({
    services: [createGeneratorService(async () => generator, logger)],
    host: "127.0.0.1",
    port: 0,
    logger,
  });
  const client = connect(GeneratorServiceClient, `127.0.0.1:${server.port}`);
  onTestFinished(async () => {
    client.close();
    await server.drain(0);
  });
  const propose = async (change: Parameters<typeof testRequest>[0] = {}) => {
    const request = toProtoCandidatesRequest("search-1", testRequest(change));
    return fromProtoCandidatesAnswer(await callUnary(client, "proposeCandidates", request));
  };
  return { client, logged, propose };
}

async function hostChat(script: ChatScript) {
  const chat = await startChatServer(script);
  onTestFinished(() => chat.close());
  const metrics = createMetrics("generator");
  const prompts = await loadPromptSet(
    new URL("../prompts/", import.meta.url),
    "default",
    generatorPrompts,
  );
  const endpoint = { baseUrl: chat.baseUrl, model: "asked-model", apiKey };
  const backend = await createOpenAiBackend({ ...endpoint, timeoutMs: 5_000, backoffMs: 1 });
  const generator = createChatGenerator({
    description: describeRole(backend, prompts, endpoint),
    backend,
    prompts,
    temperature: 0.6,
    maxOutputTokens: 500,
    metrics: createRoleMetrics("generator", metrics),
  });
  return { ...(await host(generator)), chat, metrics, prompts };
}

describe("createGeneratorService", () => {
  it("answers without a language model, through the same parser", async () => {
    const { client, propose } = await host(await createGenerator({ backend: "heuristic" }));
    const answer = await propose();
    const proposals = answer.kind === "answered" ? answer.value : [];
    expect(proposals).toHaveLength(4);
    expect(proposals.every(({ problem }) => problem === undefined)).toBe(true);
    expect(answer.exchanges).toMatchObject([{ backend: "heuristic" }]);
    expect(await callUnary(client, "describeGenerator", {})).toEqual({
      role: { backend: "heuristic", model: "", promptsDigest: "", endpoint: "" },
    });
  });

  it("asks a model for constrained output and reads what it writes", async () => {
    const { propose, chat, prompts, metrics, logged } = await hostChat([
      {
        kind: "answer",
        pieces: [`{"candidates": [${JSON.stringify(candidate)}, {"ks": [3, oops}]}`],
        usage: { prompt_tokens: 700, completion_tokens: 90 },
      },
    ]);
    const answer = await propose();
    expect(answer).toMatchObject({
      kind: "answered",
      value: [{ notation: candidate }, { problem: expect.stringContaining("oops") }],
    });
    expect(chat.seen[0]?.body).toMatchObject({
      response_format: { json_schema: { schema: answerSchema(testRequest()) } },
    });
    expect(answer.exchanges).toMatchObject([
      {
        backend: "openai",
        model: "test-model",
        request: { prompts: { set: "default", digest: prompts.digest }, body: chat.seen[0]?.body },
        usage: { inputTokens: 700, outputTokens: 90 },
      },
    ]);
    expect(answer.exchanges[0]).not.toHaveProperty("error");
    const page = await metrics.render();
    expect(page).toMatch(/collm_llm_candidates_total\{role="generator",outcome="unparsable".*\} 1/);
    expect(JSON.stringify(answer) + logged.join("")).not.toContain(apiKey);
  });

  it("fails where an answer holds no candidate, and keeps the answer and its cost", async () => {
    const usage = { prompt_tokens: 700, completion_tokens: 5 };
    const { propose } = await hostChat([
      { kind: "answer", pieces: ["I would rather not."], usage },
    ]);
    const reason = "the answer holds no candidate that can be read";
    expect(await propose()).toMatchObject({
      kind: "failed",
      reason,
      exchanges: [{ answer: "I would rather not.", error: reason, usage: { outputTokens: 5 } }],
    });
  });

  it("tells an answer that was cut off before its first candidate ended", async () => {
    const { propose } = await hostChat([
      { kind: "answer", pieces: ['{"candidates": [{"ks": [3, 3'], finish: "length" },
    ]);
    expect(await propose()).toMatchObject({
      kind: "answered",
      value: [{ problem: expect.stringContaining("no readable JSON") }],
      exchanges: [
        {
          isCutOff: true,
          error: expect.stringMatching(/no candidate.*cut off at the token limit/),
        },
      ],
    });
  });

  it("answers a model's failure with the reason and every request that was made", async () => {
    const { propose, chat, logged } = await hostChat([{ kind: "status", status: 401 }]);
    const answer = await propose();
    expect(answer).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("refused the key"),
      exchanges: [{ request: { body: chat.seen[0]?.body }, answer: "" }],
    });
    expect(answer.exchanges[0]?.error).toContain("refused the key");
    expect(JSON.stringify(answer) + logged.join("")).not.toContain(apiKey);
  });

  it.each([0, 257])("refuses to write %i candidates", async (count) => {
    const { propose } = await host(await createGenerator({ backend: "heuristic" }));
    await expect(propose({ count })).rejects.toMatchObject({
      code: "invalid-argument",
      message: `count: got ${count}, allowed is 1 to 256`,
    });
  });
});
