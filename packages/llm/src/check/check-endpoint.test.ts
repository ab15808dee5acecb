import { describe, expect, it, onTestFinished } from "vitest";
import { type ChatScript, obedient } from "../testing/chat-behaviour.js";
import { type ChatServerOptions, startChatServer } from "../testing/chat-server.js";
import { type CheckOptions, checkEndpoint } from "./check-endpoint.js";

const apiKey = "check-key-123";

async function check(
  script: ChatScript,
  served: ChatServerOptions = {},
  options: Partial<CheckOptions> = {},
) {
  const server = await startChatServer(script, { model: "m", apiKey, ...served });
  onTestFinished(() => server.close());
  const { flavour: kind = "openai" } = served;
  const { baseUrl } = server;
  const given = { kind, baseUrl, model: "m", apiKey, timeoutMs: 5_000, temperature: 0 };
  const found = await checkEndpoint({ ...given, ...options });
  expect(JSON.stringify(found)).not.toContain(apiKey);
  return found;
}

describe("checkEndpoint", () => {
  it.each([
    ["openai", "schema", undefined],
    ["vllm", "schema", 40_960],
    ["ollama", "schema", 40_960],
    ["llama.cpp", "schema", 40_960],
    ["deepseek", "json", undefined],
  ] as const)("finds what %s can do", async (flavour, structuredOutput, contextTokens) => {
    const script: ChatScript = (request) => ({ ...obedient(request), reasoning: "Hm." });
    expect(await check(script, { flavour, contextTokens: 40_960 })).toMatchObject({
      backend: flavour,
      works: true,
      isReachable: true,
      isKeyAccepted: true,
      isModelKnown: true,
      structuredOutput,
      reasoningIn: ["vllm", "ollama"].includes(flavour) ? "reasoning" : "reasoning_content",
      isStreamed: true,
      reportsUsage: true,
      contextTokens,
    });
  });

  it("finds the context of whatever server is behind an address", async () => {
    for (const flavour of ["vllm", "llama.cpp", "ollama"] as const) {
      const found = await check(obedient, { flavour, contextTokens: 8_192 }, { kind: "openai" });
      expect(found).toMatchObject({ backend: "openai", contextTokens: 8_192 });
    }
  });

  it.each([
    ["ignores a constraint", {}, { structuredOutput: "ignored", isStreamed: false }],
    ["refuses any constraint", { format: "refused" }, { structuredOutput: "none" }],
  ] as const)(
    "finds an endpoint that %s, and neither streams nor counts",
    async (_, served, found) => {
      const script: ChatScript = [{ kind: "whole", text: "Hello." }];
      expect(await check(script, served)).toMatchObject({
        works: true,
        reportsUsage: false,
        ...found,
      });
    },
  );

  it("lets a model that only reasoned about a greeting pass, and says so", async () => {
    const found = await check([{ kind: "answer", pieces: ["<think>Hello is"], finish: "length" }]);
    expect(found).toMatchObject({
      works: true,
      problem: expect.stringMatching(/token limit/),
      structuredOutput: undefined,
      reasoningIn: "<think>",
    });
  });

  it.each([
    ["a wrong key", { apiKey: "wrong-key-1" }, { isKeyAccepted: false, isModelKnown: undefined }],
    ["an unknown model", { model: "other" }, { isKeyAccepted: true, isModelKnown: false }],
    ["nobody there", { baseUrl: "http://127.0.0.1:9/v1" }, { isReachable: false }],
  ])("says what fails with %s", async (_, options, expected) => {
    const found = await check(obedient, {}, options);
    expect(found).toMatchObject({ works: false, problem: expect.any(String), ...expected });
    expect(found.structuredOutput).toBeUndefined();
  });

  it("does not wait for an endpoint that hangs", async () => {
    expect(await check([{ kind: "hang" }], {}, { timeoutMs: 200 })).toMatchObject({
      works: false,
      problem: "no answer within 200 ms",
    });
  });
});
