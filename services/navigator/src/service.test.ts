import { createOpenAiBackend, createRoleMetrics, describeRole, loadPromptSet } from "@collm/llm";
import { type ChatBehaviour, type ChatScript, startChatServer } from "@collm/llm/testing";
import { NavigatorServiceClient } from "@collm/proto";
import {
  type CallSettings,
  callStream,
  callUnary,
  connect,
  fromProtoJointAnswer,
  fromProtoPiece,
  fromProtoStrategyAnswer,
  startServer,
  toProtoJointRequest,
  toProtoStrategyRequest,
} from "@collm/rpc";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
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
    services: [createNavigatorService(async () => navigator, logger)],
    host: "127.0.0.1",
    port: 0,
    logger,
  });
  const client = connect(NavigatorServiceClient, `127.0.0.1:${server.port}`);
  onTestFinished(async () => {
    client.close();
    await server.drain(0);
  });
  const propose = async (rounds: number, options: CallSettings = {}) => {
    const texts: string[] = [];
    const request = toProtoStrategyRequest("search-1", testRequest(rounds));
    for await (const response of callStream(client, "proposeStrategy", request, options)) {
      const answer = fromProtoStrategyAnswer(response);
      if (answer) return { texts, answer };
      const piece = fromProtoPiece(response);
      if (piece) texts.push(`${piece.kind === "reasoning" ? "(thinks) " : ""}${piece.text}`);
    }
    throw new RangeError("no answer");
  };
  const proposeAlone = async (rounds: number, count = 4) => {
    const texts: string[] = [];
    const hints = { count, visited: [], hasCostHints: true };
    const request = toProtoJointRequest("search-1", { ...testRequest(rounds), ...hints });
    for await (const response of callStream(client, "proposeStrategyAndCandidates", request)) {
      const answer = fromProtoJointAnswer(response);
      if (answer) return { texts, answer };
      const piece = fromProtoPiece(response);
      if (piece) texts.push(`${piece.kind === "reasoning" ? "(thinks) " : ""}${piece.text}`);
    }
    throw new RangeError("no answer");
  };
  return { client, logged, propose, proposeAlone };
}

async function hostChat(script: ChatScript, timeoutMs = 5_000, contextTokens?: number) {
  const chat = await startChatServer(script);
  onTestFinished(() => chat.close());
  const metrics = createMetrics("navigator");
  const prompts = await loadPromptSet(
    new URL("../prompts/", import.meta.url),
    "default",
    navigatorPrompts,
  );
  const endpoint = { baseUrl: chat.baseUrl, model: "asked-model", apiKey };
  const backend = await createOpenAiBackend({ ...endpoint, timeoutMs, backoffMs: 1 });
  const navigator = createChatNavigator({
    description: describeRole(backend, prompts, endpoint),
    backend,
    prompts,
    temperature: 0.6,
    maxOutputTokens: 500,
    contextTokens,
    metrics: createRoleMetrics("navigator", metrics),
  });
  return { ...(await host(navigator)), chat, metrics, prompts };
}

describe("createNavigatorService", () => {
  it("answers without a language model", async () => {
    const { client, propose } = await host(await createNavigator({ backend: "heuristic" }));
    const { texts, answer } = await propose(2);
    const strategy = texts.join("");
    expect(strategy).toContain("# NAVIGATION DIRECTIONS");
    expect(answer).toMatchObject({
      kind: "answered",
      value: strategy,
      exchanges: [{ backend: "heuristic", answer: strategy }],
    });
    expect(await callUnary(client, "describeNavigator", {})).toEqual({
      role: { backend: "heuristic", model: "", promptsDigest: "", endpoint: "" },
    });
  });

  it("answers with candidates without a language model, when it is alone", async () => {
    const { proposeAlone } = await host(await createNavigator({ backend: "heuristic" }));
    const { texts, answer } = await proposeAlone(2);
    expect(answer).toMatchObject({ kind: "answered", exchanges: [{ backend: "heuristic" }] });
    if (answer.kind !== "answered") return;
    expect(answer.value.strategy).toContain("# NAVIGATION DIRECTIONS");
    expect(answer.value.proposals).toHaveLength(4);
    for (const { notation } of answer.value.proposals) {
      expect(createSearchSpace(tinySpec).legality(notation).kind).toBe("legal");
    }
    expect(texts.join("")).toContain("## CANDIDATES");
  });

  it("parts a lone model's reflection from its candidates, readable or not", async () => {
    const quoted = '{"ks":[3,0,0,3,0,0],"e":[1,0,0,1,0,0],"d":[1,1],"r":12}';
    const { proposeAlone, chat, prompts } = await hostChat([
      {
        kind: "answer",
        pieces: [
          `## SUMMARY\nLeave \`${quoted}\`.\n\n## CANDIDATES\n\n`,
          `{"candidates": [${quoted.replace("12", "16")}, {"ks": [3, `,
        ],
      },
    ]);
    const { answer } = await proposeAlone(1);
    expect(answer).toMatchObject({
      kind: "answered",
      value: {
        strategy: `## SUMMARY\nLeave \`${quoted}\`.`,
        proposals: [{ notation: { r: 16 } }, { problem: expect.stringContaining("JSON") }],
      },
      exchanges: [{ request: { prompts: { digest: prompts.digest }, body: chat.seen[0]?.body } }],
    });
  });

  it("tells why a lone model's answer is of no use, with what it cost", async () => {
    const { proposeAlone } = await hostChat([
      { kind: "answer", pieces: ["## SUMMARY\nGo wi"], finish: "length" },
    ]);
    expect((await proposeAlone(0)).answer).toMatchObject({
      kind: "failed",
      reason: "the answer holds no candidate that can be read; it was cut off at the token limit",
      exchanges: [{ isCutOff: true, answer: "## SUMMARY\nGo wi" }],
    });
  });

  it("refuses a lone model's request for no candidate", async () => {
    const { proposeAlone } = await host(await createNavigator({ backend: "heuristic" }));
    await expect(proposeAlone(0, 0)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("count: got 0, allowed is 1 to 256"),
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
    const { texts, answer } = await propose(1);
    expect(texts.join("")).toBe("(thinks) Let me see. ## SUMMARY\nGo wide.");
    expect(answer).toMatchObject({ kind: "answered", value: "## SUMMARY\nGo wide." });
    expect(answer.exchanges).toEqual([
      {
        backend: "openai",
        model: "test-model",
        request: { prompts: { set: "default", digest: prompts.digest }, body: chat.seen[0]?.body },
        answer: "## SUMMARY\nGo wide.",
        reasoning: "Let me see.",
        isCutOff: false,
        usage: { inputTokens: 900, cachedInputTokens: 0, outputTokens: 20, reasoningTokens: 0 },
        seconds: expect.any(Number),
      },
    ]);
    expect(await callUnary(client, "describeNavigator", {})).toEqual({
      role: {
        backend: "openai",
        model: "asked-model",
        promptsDigest: prompts.digest,
        endpoint: new URL(chat.baseUrl).host,
      },
    });
    const page = await metrics.render();
    expect(page).toMatch(/collm_llm_requests_total\{role="navigator",outcome="answered".*\} 1/);
    expect(page).toMatch(/collm_llm_tokens_total\{role="navigator",type="input".*\} 900/);
    expect(JSON.stringify(answer) + logged.join("")).not.toContain(apiKey);
  });

  it("keeps to the conversation's budget, and the exchange shows what the model was told", async () => {
    const { propose } = await hostChat([{ kind: "answer", pieces: ["Wider."] }], 5_000, 1_000);
    const { answer } = await propose(5);
    expect(answer.exchanges).toMatchObject([
      {
        request: {
          body: {
            messages: [
              { role: "system" },
              {
                role: "user",
                content: expect.stringContaining("- Rounds 1 to 4: best so far 64.02 %"),
              },
              { role: "assistant", content: expect.stringContaining("Strategy of round 5") },
              { role: "user", content: expect.stringContaining("65.02 % top-1") },
            ],
          },
        },
      },
    ]);
  });

  it("keeps a strategy that the token limit cut off, and says so", async () => {
    const { propose } = await hostChat([
      { kind: "answer", pieces: ["## SUMMARY\nGo wi"], finish: "length" },
    ]);
    expect((await propose(0)).answer).toMatchObject({
      kind: "answered",
      value: "## SUMMARY\nGo wi",
      exchanges: [{ isCutOff: true }],
    });
  });

  it.each([
    ["an endpoint that is down", { kind: "status", status: 500 }, "unavailable", 3],
    [
      "a limit",
      { kind: "status", status: 429, headers: { "retry-after": "60" } },
      "resource-exhausted",
      1,
    ],
    ["a wrong key", { kind: "status", status: 401 }, "failed-precondition", 1],
    ["silence", { kind: "answer", pieces: [] }, "failed-precondition", 3],
    ["a refusal", { kind: "answer", pieces: [], refusal: "No." }, "failed-precondition", 1],
  ] as readonly [string, ChatBehaviour, string, number][])(
    "answers %s with the reason and every request that was made",
    async (_, behaviour, outcome, requests) => {
      const { propose, metrics, chat, logged } = await hostChat([behaviour]);
      const { answer } = await propose(0);
      expect(answer).toMatchObject({
        kind: "failed",
        reason: expect.stringContaining("openai (asked-model): "),
      });
      expect(answer.exchanges).toHaveLength(requests);
      for (const [i, exchange] of answer.exchanges.entries()) {
        expect(exchange).toMatchObject({ request: { body: chat.seen[i]?.body } });
        expect(exchange.error).not.toBe("");
      }
      expect(await metrics.render()).toContain(`outcome="${outcome}"`);
      expect(JSON.stringify(answer) + logged.join("")).not.toContain(apiKey);
    },
  );

  it("counts and keeps what a failure cost", async () => {
    const { propose, metrics } = await hostChat([
      {
        kind: "answer",
        reasoning: "Hmm, hmm.",
        pieces: [],
        finish: "length",
        usage: { prompt_tokens: 900, completion_tokens: 500 },
      },
    ]);
    expect((await propose(0)).answer).toMatchObject({
      kind: "failed",
      exchanges: [
        {
          answer: "",
          reasoning: "Hmm, hmm.",
          isCutOff: true,
          error: "the model reached its token limit before it began to answer",
          usage: { inputTokens: 900, outputTokens: 500 },
        },
      ],
    });
    expect(await metrics.render()).toMatch(/collm_llm_tokens_total\{.*type="output".*\} 500/);
  });

  it("tells what came of an endpoint that hangs", async () => {
    const { propose } = await hostChat([{ kind: "hang", pieces: ["Well"] }], 1_000);
    expect((await propose(0)).answer).toMatchObject({
      kind: "failed",
      exchanges: [{ answer: "Well", error: "no answer within 1000 ms" }],
    });
  });

  it("stops asking the model before the caller's deadline, in time to tell what came", async () => {
    const { propose, chat } = await hostChat([{ kind: "hang", pieces: ["Well"] }]);
    expect((await propose(0, { timeoutMs: 4_000 })).answer).toMatchObject({
      kind: "failed",
      exchanges: [{ answer: "Well", error: "the caller waits no longer" }],
    });
    await expect.poll(() => chat.seen[0]?.isAborted, { timeout: 5_000 }).toBe(true);
  });

  it("stops asking the model when the caller cancels", async () => {
    const controller = new AbortController();
    const { propose, chat } = await hostChat([{ kind: "hang", pieces: ["Well"] }]);
    const proposing = propose(0, { signal: controller.signal });
    await expect.poll(() => chat.seen.length, { timeout: 5_000 }).toBe(1);
    controller.abort();
    await expect(proposing).rejects.toMatchObject({ code: "cancelled" });
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
