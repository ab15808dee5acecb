import { describe, expect, it } from "vitest";
import { createNavigator } from "./create-navigator.js";
import { testRequest } from "./navigator.fixture.js";
import { navigatorRole } from "./navigator.js";

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

describe("createNavigator", () => {
  it("finds the prompts that ship with the service", async () => {
    const { description } = await createNavigator(openai);
    expect(description).toMatchObject({ backend: "openai", model: "m" });
    expect(description.promptsDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("refuses a prompt set that does not exist", async () => {
    await expect(createNavigator({ ...openai, prompts: "nope" })).rejects.toMatchObject({
      code: "not-found",
    });
  });
});

describe("navigatorRole", () => {
  it("gives the strategy as a value", async () => {
    const role = navigatorRole(await createNavigator({ backend: "heuristic" }));
    expect(await role(testRequest(1), never)).toMatchObject({ kind: "answered" });
  });

  it("gives a failure as a value, with what was asked", async () => {
    const role = navigatorRole(await createNavigator(openai));
    expect(await role(testRequest(1), never)).toMatchObject({
      kind: "failed",
      exchanges: [{ backend: "openai", model: "m", answer: "", error: expect.any(String) }],
    });
  });
});
