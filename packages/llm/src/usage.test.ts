import { describe, expect, it } from "vitest";
import { type ChatAttempt, noTokens } from "./chat-backend.js";
import { costOf, countedUsage } from "./usage.js";

const attempt: ChatAttempt = {
  backend: "openai",
  model: "m",
  body: { messages: [{ role: "user", content: "Say hello." }] },
  text: "Hello there, how are you?",
  reasoning: "They want a greeting.",
  isCutOff: false,
  usage: noTokens,
  seconds: 1,
};

describe("countedUsage", () => {
  it("is what the endpoint reports", () => {
    const usage = { inputTokens: 9, cachedInputTokens: 1, outputTokens: 2, reasoningTokens: 1 };
    expect(countedUsage({ ...attempt, usage })).toBe(usage);
  });

  it("is estimated where it reports nothing, and says so", () => {
    const usage = countedUsage(attempt);
    expect(usage).toMatchObject({ isEstimated: true, cachedInputTokens: 0 });
    expect(usage.inputTokens).toBeGreaterThan(10);
    expect(usage.outputTokens).toBeGreaterThan(usage.reasoningTokens);
  });

  it("is nothing where nothing came back", () => {
    expect(countedUsage({ ...attempt, text: "", reasoning: "" })).toBe(noTokens);
  });
});

describe("costOf", () => {
  const usage = {
    ...noTokens,
    inputTokens: 1_000_000,
    cachedInputTokens: 400_000,
    outputTokens: 100_000,
  };

  it("charges cached input at its own price, or like other input", () => {
    expect(costOf(usage, { input: 2, cachedInput: 0.5, output: 10 })).toBeCloseTo(1.2 + 0.2 + 1, 9);
    expect(costOf(usage, { input: 2, output: 10 })).toBeCloseTo(3, 9);
  });

  it("never charges less than nothing for what an endpoint miscounts", () => {
    expect(costOf({ ...usage, cachedInputTokens: 9_000_000 }, { input: 2, output: 0 })).toBeCloseTo(
      2,
      9,
    );
  });
});
