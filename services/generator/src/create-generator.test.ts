import { startChatServer } from "@collm/llm/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGenerator } from "./create-generator.js";
import { testRequest } from "./generator.fixture.js";
import { generatorRole } from "./generator.js";

const openai = {
  backend: "model",
  endpoints: [{ kind: "openai", baseUrl: "http://127.0.0.1:9/v1", model: "m", limits: {} }],
  endsWithHeuristic: false,
  temperature: 0.6,
  maxOutputTokens: 100,
  timeoutMs: 50,
  retries: 0,
  breakerFailures: 3,
  breakerOpenMs: 1_000,
  prompts: "default",
} as const;
const never = new AbortController().signal;

describe("createGenerator", () => {
  it("finds the prompts that ship with the service", async () => {
    const { description } = await createGenerator(openai);
    expect(description).toMatchObject({ backend: "openai", model: "m" });
    expect(description.promptsDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("refuses a prompt set that does not exist", async () => {
    await expect(createGenerator({ ...openai, prompts: "nope" })).rejects.toMatchObject({
      code: "not-found",
    });
  });
});

describe("generatorRole", () => {
  it("gives the candidates as a value", async () => {
    const role = generatorRole(await createGenerator({ backend: "heuristic" }));
    expect(await role(testRequest(), never)).toMatchObject({ kind: "answered" });
  });

  it("gives a failure as a value, with what was asked", async () => {
    const role = generatorRole(await createGenerator(openai));
    expect(await role(testRequest(), never)).toMatchObject({
      kind: "failed",
      exchanges: [{ backend: "openai", model: "m", answer: "", error: expect.any(String) }],
    });
  });
});

describe("a Generator with the heuristic to fall back on", () => {
  it("is played by it where an answer holds no candidate, and keeps the model's exchange", async () => {
    const server = await startChatServer([{ kind: "answer", pieces: ["I would rather not."] }]);
    onTestFinished(() => server.close());
    const endpoints = [{ ...openai.endpoints[0], baseUrl: server.baseUrl }] as const;
    const env = { ...openai, endpoints, endsWithHeuristic: true, timeoutMs: 5_000 };
    const answer = await (await createGenerator(env)).propose(testRequest(), never);
    expect(answer).toMatchObject({
      kind: "answered",
      value: { length: 4 },
      exchanges: [
        { backend: "openai", error: "the answer holds no candidate that can be read" },
        { backend: "heuristic" },
      ],
    });
  });
});
