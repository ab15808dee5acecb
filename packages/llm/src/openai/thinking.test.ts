import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitThinking } from "./thinking.js";

describe("splitThinking", () => {
  it.each([
    ["Hello.", "Hello.", ""],
    ["<think>a</think>Hello.", "Hello.", "a"],
    ["<think>\n</think>\n\nHello.", "Hello.", ""],
    ["a, b</think>Hello.", "Hello.", "a, b"],
    ["<think>never ends", "", "never ends"],
    ["Hello.<think>too late", "Hello.", "too late"],
    ["<think>a</think>Hello.<think>b", "Hello.", "a\n\nb"],
    ["<thinking>a</thinking>Hello.", "Hello.", "a"],
    ["Hello,<reasoning>a</reasoning> you.", "Hello, you.", "a"],
    ["[THINK]a[/THINK]Hello.", "Hello.", "a"],
    ["◁think▷a◁/think▷Hello.", "Hello.", "a"],
    ["<|channel|>analysis<|message|>a<|channel|>final<|message|>Hello.", "Hello.", "a"],
  ])("parts %j into %j and %j", (text, answer, reasoning) => {
    expect(splitThinking(text)).toEqual({ answer, reasoning });
  });

  it("leaves text without markers as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/think|thought|reason|scratch|channel/i.test(text));
        expect(splitThinking(text)).toEqual({ answer: text.trim(), reasoning: "" });
      }),
    );
  });
});
