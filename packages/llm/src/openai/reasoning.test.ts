import { describe, expect, it } from "vitest";
import { endpointHabits } from "./endpoint-kinds.js";
import { type Reasoning, reasoningBody } from "./reasoning.js";

describe("reasoningBody", () => {
  it.each([
    ["openai", "off", { reasoning_effort: "none" }],
    ["openai", "on", {}],
    ["azure", "minimal", { reasoning_effort: "minimal" }],
    ["ollama", "off", { reasoning_effort: "none" }],
    ["ollama", "high", { reasoning_effort: "high" }],
    ["vllm", "off", { chat_template_kwargs: { enable_thinking: false, thinking: false } }],
    ["llama.cpp", "on", { chat_template_kwargs: { enable_thinking: true, thinking: true } }],
    [
      "vllm",
      "low",
      {
        reasoning_effort: "low",
        chat_template_kwargs: { enable_thinking: true, thinking: true, reasoning_effort: "low" },
      },
    ],
    ["deepseek", "off", { thinking: { type: "disabled" } }],
    ["deepseek", "high", { thinking: { type: "enabled" }, reasoning_effort: "high" }],
    ["openrouter", "off", { reasoning: { effort: "none" } }],
    ["openrouter", "on", { reasoning: { enabled: true } }],
    ["openrouter", "medium", { reasoning: { effort: "medium" } }],
  ] as const)("says to %s that reasoning is %s", (kind, reasoning: Reasoning, body) => {
    expect(reasoningBody(reasoning, endpointHabits[kind].reasoning)).toEqual(body);
  });

  it("says nothing where nothing is wished", () => {
    expect(reasoningBody(undefined, "thinking")).toEqual({});
  });
});
