import { createOpenAiBackend, createRoleMetrics, loadPromptSet } from "@collm/llm";
import { type ChatBehaviour, type ChatScript, startChatServer } from "@collm/llm/testing";
import { NavigatorServiceClient } from "@collm/proto";
import {
  callStream,
  callUnary,
  connect,
  fromProtoExchange,
  startServer,
  toProtoStrategyRequest,
} from "@collm/rpc";
import { createLogger, createMetrics } from "@collm/telemetry";
import { describe, expect, it, onTestFinished } from "vitest";
import { createChatNavigator } from "./chat-navigator.js";
import { navigatorPrompts } from "./conversation.js";
import { createNavigator } from "./create-navigator.js";
import { testRequest } from "./navigator.fixture.js";
import type { Navigator } from "./navigator.js";
import { createNavigatorService } from "./service.js";

const apiKey = "secret-key-123";

/** The service on loopback, and a client of it. */
async function host(navigator: Navigator) {
  const logged: string[] = [];
  const logger = createLogger({
    service: "navigator",
    destination: { write: (line: string) => void logged.push(line) },
  });
  const server = await startServer({
    services: [createNavigatorService(navigator, logger)],
    host: "127.0.0.1",
    port: 0,
    logger,
  });
  const client = connect(NavigatorServiceClient, `127.0.0.1:${server.port}`);
  onTestFinished(async () => {
    client.close();
    await server.drain(0);
  });
  const propose = async (rounds: number, options: { timeoutMs?: number } = {}) => {
    const texts: string[] = [];
    const request = toProtoStrategyRequest("search-1", testRequest(rounds));
    for await (const { event } of callStream(client, "proposeStrategy", request, options)) {
      if (event?.$case === "text") texts.push(event.value);
      if (event?.$case === "strategy") return { texts, strategy: event.value };
    }
    throw new RangeError("no strategy");
  };
  return { client, logged, propose };
}

async function hostChat(script: ChatScript, timeoutMs = 5_000) {
  const chat = await startChatServer(script);
  onTestFinished(() => chat.close());
  const metrics = createMetrics("navigator");
  const prompts = await loadPromptSet(
    new URL("../prompts/", import.meta.url),
    "default",
    navigatorPrompts,
  );
  const backend = createOpenAiBackend({
    baseUrl: chat.baseUrl,
    model: "asked-model",
    apiKey,
    timeoutMs,
    backoffMs: 1,
  });
  const navigator = createChatNavigator({
    backend,
    prompts,
    temperature: 0.6,
    maxOutputTokens: 500,
    metrics: createRoleMetrics("navigator", metrics),
  });
  return { ...(await host(navigator)), chat, metrics, prompts };
}

describe("createNavigatorService", () => {
  it("answers without a language model", async () => {
    const { client, propose } = await host(await createNavigator({ backend: "heuristic" }));
    const { texts, strategy } = await propose(2);
    expect(strategy.text).toContain("# NAVIGATION DIRECTIONS");
    expect(texts.join("")).toBe(strategy.text);
    expect(strategy.exchanges[0]).toMatchObject({ backend: "heuristic", answer: strategy.text });
    expect(await callUnary(client, "describeNavigator", {})).toEqual({
      role: { backend: "heuristic", model: "", promptsDigest: "" },
    });
  });

  it("streams a model's words, then the strategy with the exchange", async () => {
    const { propose, chat, prompts, metrics, client, logged } = await hostChat([
      {
        kind: "answer",
        reasoning: "Let me see. ",
        pieces: ["## SUMMARY\n", "Go wide."],
        usage: { prompt_tokens: 900, completion_tokens: 20 },
      },
    ]);
    const { texts, strategy } = await propose(1);
    expect(texts.join("")).toBe("Let me see. ## SUMMARY\nGo wide.");
    expect(strategy.text).toBe("## SUMMARY\nGo wide.");
    const [exchange] = strategy.exchanges.map((value) => fromProtoExchange(value));
    expect(exchange).toMatchObject({
      backend: "openai",
      model: "test-model",
      request: { prompts: { set: "default", digest: prompts.digest }, body: chat.seen[0]?.body },
      answer: strategy.text,
      usage: { inputTokens: 900, outputTokens: 20 },
    });
    expect(await callUnary(client, "describeNavigator", {})).toEqual({
      role: { backend: "openai", model: "asked-model", promptsDigest: prompts.digest },
    });
    const page = await metrics.render();
    expect(page).toMatch(/collm_llm_requests_total\{role="navigator",outcome="answered".*\} 1/);
    expect(page).toMatch(/collm_llm_tokens_total\{role="navigator",type="input".*\} 900/);
    expect(JSON.stringify(strategy) + logged.join("")).not.toContain(apiKey);
  });

  it.each([
    [
      "an endpoint that is down (the role itself is not)",
      { kind: "status", status: 500 },
      "failed-precondition",
      "unavailable",
    ],
    [
      "a limit",
      { kind: "status", status: 429, headers: { "retry-after": "60" } },
      "resource-exhausted",
    ],
    ["a wrong key", { kind: "status", status: 401 }, "failed-precondition"],
    ["silence", { kind: "answer", pieces: [] }, "failed-precondition"],
    ["a refusal", { kind: "answer", pieces: [], refusal: "No." }, "failed-precondition"],
  ] as readonly [string, ChatBehaviour, string, string?][])(
    "reports %s with its code",
    async (_, behaviour, code, outcome = code) => {
      const { propose, metrics } = await hostChat([behaviour]);
      await expect(propose(0)).rejects.toMatchObject({
        code,
        message: expect.stringContaining("openai (asked-model): "),
      });
      expect(await metrics.render()).toContain(`outcome="${outcome}"`);
    },
  );

  it("reports an endpoint that hangs", async () => {
    const { propose } = await hostChat([{ kind: "hang" }], 80);
    await expect(propose(0)).rejects.toMatchObject({ code: "deadline-exceeded" });
  });

  it("stops asking the model when the caller's deadline passes", async () => {
    const { propose, chat } = await hostChat([{ kind: "hang", pieces: ["Well"] }]);
    await expect(propose(0, { timeoutMs: 700 })).rejects.toMatchObject({
      code: "deadline-exceeded",
    });
    await expect.poll(() => chat.seen[0]?.isAborted, { timeout: 5_000 }).toBe(true);
  });

  it("refuses a request without a search space", async () => {
    const { client } = await host(await createNavigator({ backend: "heuristic" }));
    const request = { ...toProtoStrategyRequest("s", testRequest(0)), spaceSpecJson: "{}" };
    const first = async () => {
      for await (const response of callStream(client, "proposeStrategy", request)) return response;
      return undefined;
    };
    await expect(first()).rejects.toMatchObject({ code: "invalid-argument" });
  });
});
