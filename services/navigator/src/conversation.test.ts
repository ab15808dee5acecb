import { estimateConversationTokens, loadPromptSet, type PromptSet } from "@collm/llm";
import { beforeAll, describe, expect, it } from "vitest";
import { navigatorPrompts, renderConversation } from "./conversation.js";
import { testRequest } from "./navigator.fixture.js";

let prompts: PromptSet;
beforeAll(async () => {
  const folder = new URL("../prompts/", import.meta.url);
  prompts = await loadPromptSet(folder, "default", navigatorPrompts);
});

const roomy = 1_000_000;

describe("renderConversation", () => {
  it("has the paper's parts in the system message, in its order", () => {
    const [system] = renderConversation(prompts, testRequest(0), roomy);
    const headings = [...(system?.content ?? "").matchAll(/^# .*$/gm)].map(([heading]) => heading);
    expect(headings).toEqual([
      "# Role",
      "# Responsibility",
      "# Mission",
      "# Search space",
      "# Collaboration",
      "# Output format",
    ]);
    expect(system?.content).toContain("more than 78 % top-1 accuracy");
    expect(system?.content).toContain("at most 450 k multiply-accumulates");
    expect(system?.content).toContain("Use the whole limit");
    expect(system?.content).toContain("resolution, depth, kernel size, expansion ratio");
  });

  it("asks for broad exploration in the first round", () => {
    const messages = renderConversation(prompts, testRequest(0), roomy);
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(messages[1]?.content).toContain("broad and diverse");
  });

  it("takes turns: earlier strategies verbatim, then what they led to", () => {
    const request = testRequest(2);
    const messages = renderConversation(prompts, request, roomy);
    expect(messages.map(({ role }) => role)).toEqual([
      "system",
      "user",
      "assistant",
      "user",
      "assistant",
      "user",
    ]);
    expect(messages[2]?.content).toBe(request.trajectory[0]?.strategy);
    expect(messages[4]?.content).toBe(request.trajectory[1]?.strategy);
    expect(messages[3]?.content).toContain("61.02 % top-1");
    expect(messages[3]?.content).not.toContain("62.02 % top-1");
    expect(messages[5]?.content).toContain("62.02 % top-1");
  });

  it("tells each trial's notation and cost, and why others were not evaluated", () => {
    const request = testRequest(1);
    const text = renderConversation(prompts, request, roomy).at(-1)?.content ?? "";
    for (const trial of request.trajectory[0]?.trials ?? []) {
      expect(text).toContain(JSON.stringify(trial.notation));
    }
    expect(text).toContain("OVER THE LIMIT");
    expect(text).toMatch(
      /- over-limit \([\d.]+ [kM] multiply-accumulates, 1\d\d\.\d % of the limit\)/,
    );
    expect(text).toContain("illegal (ks[0]: got 4, allowed is 3, 5, 7)");
  });

  it("ends with the best within the limits, the limits and the target", () => {
    const text = renderConversation(prompts, testRequest(2), roomy).at(-1)?.content ?? "";
    expect(text).toContain("Best so far within the limits: 62.02 % top-1");
    expect(text).toContain("Limits: at most 450 k multiply-accumulates.");
    expect(text).toContain("Target: more than 78 % top-1.");
  });

  it("shows the last round only, in one message, without memory", () => {
    const messages = renderConversation(prompts, testRequest(3, { hasMemory: false }), roomy);
    const text = JSON.stringify(messages);
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(text).toContain("63.01 % top-1");
    expect(text).not.toMatch(/6[12]\.0\d % top-1|Strategy of round|first round\. There/);
  });

  it("sums up all but the last two rounds when the conversation gets too long", () => {
    const request = testRequest(12);
    const full = renderConversation(prompts, request, roomy);
    const budget = Math.round(estimateConversationTokens(full) * 0.7);
    const messages = renderConversation(prompts, request, budget);
    expect(estimateConversationTokens(messages)).toBeLessThanOrEqual(budget);
    expect(messages[1]?.content).toMatch(/Rounds 1 to 10 are summed up/);
    expect(messages[1]?.content).toContain(
      `- Round 1: best so far 61.02 % top-1. ${request.trajectory[0]?.strategy}`,
    );
    expect(messages.some(({ content }) => content === request.trajectory[0]?.strategy)).toBe(false);
    // The last two rounds are what they are in the whole conversation.
    expect(messages.slice(2)).toEqual(full.slice(-4));
  });

  it("is never longer than the budget, and has the last two rounds wherever they fit", () => {
    const request = testRequest(12);
    const full = renderConversation(prompts, request, roomy);
    const shortest = estimateConversationTokens(renderConversation(prompts, request, 1));
    const seen: { budget: number; tokens: number; rounds: number }[] = [];
    for (let budget = shortest; budget < 12_000; budget += 150) {
      const messages = renderConversation(prompts, request, budget);
      expect(renderConversation(prompts, structuredClone(request), budget)).toEqual(messages);
      const tokens = estimateConversationTokens(messages);
      expect(tokens).toBeLessThanOrEqual(budget);
      const rounds = messages.filter(({ role }) => role === "assistant").length;
      // What is told verbatim is what the whole conversation says.
      if (rounds > 1) expect(messages.slice(-2 * rounds)).toEqual(full.slice(-2 * rounds));
      seen.push({ budget, tokens, rounds });
    }
    expect(new Set(seen.map(({ rounds }) => rounds))).toEqual(new Set([1, 2, 12]));
    for (const least of [2, 12]) {
      const tokens = Math.min(
        ...seen.filter(({ rounds }) => rounds === least).map((one) => one.tokens),
      );
      for (const { budget, rounds } of seen)
        if (budget >= tokens) expect(rounds).toBeGreaterThanOrEqual(least);
    }
  });

  it("estimates by what the model made of earlier prompts", () => {
    const counted = (inputTokens: number) => ({
      ...testRequest(12),
      trajectory: testRequest(12).trajectory.map((round) => ({
        ...round,
        promptSize: { characters: 1_000, inputTokens },
      })),
    });
    const full = renderConversation(prompts, testRequest(12), roomy);
    const characters = full.reduce((sum, { content }) => sum + content.length, 0);
    // At 0.2 tokens to a character all of it fits, at 0.6 it does not.
    const budget = Math.round(0.3 * characters);
    expect(renderConversation(prompts, counted(200), budget)).toEqual(full);
    const summed = renderConversation(prompts, counted(600), budget);
    expect(summed[1]?.content).toMatch(/are summed up/);
    const kept = summed.reduce((sum, { content }) => sum + content.length, 0);
    expect(0.6 * kept).toBeLessThanOrEqual(budget);
  });

  it("keeps the last round whatever the budget, at last with its best trials only", () => {
    const request = testRequest(5);
    const last = request.trajectory.at(-1);
    if (!last) throw new RangeError("no rounds");
    const trials = request.trajectory.flatMap((round) => round.trials);
    const trajectory = [...request.trajectory.slice(0, -1), { ...last, trials }];
    const messages = renderConversation(prompts, { ...request, trajectory }, 1);
    const shown = messages.at(-1)?.content.match(/^- \d\d\.\d\d % top-1/gm);
    expect(shown).toEqual(["- 65.02 % top-1", "- 65.01 % top-1", "- 64.02 % top-1"]);
    expect(messages.at(-2)?.content).toBe(last.strategy);
  });

  it("joins the results of a round whose Navigator failed to the message before", () => {
    const request = testRequest(2);
    const [first, second] = request.trajectory;
    if (!first || !second) throw new RangeError("no rounds");
    const trajectory = [first, { ...second, strategy: "" }];
    const messages = renderConversation(prompts, { ...request, trajectory }, roomy);
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(messages.at(-1)?.content).toMatch(/round 1[\s\S]*round 2/);
  });

  it("names no data set, benchmark or published network", () => {
    const text = JSON.stringify(renderConversation(prompts, testRequest(2), roomy));
    expect(text).not.toMatch(/imagenet|cifar|coco|mnist|digits|once-for-all|ofa|mobilenet|bench/i);
  });
});
