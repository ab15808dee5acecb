import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutThinking } from "./thinking.js";

describe("withoutThinking", () => {
  it.each([
    ["Hello.", "Hello."],
    ["<think>a</think>Hello.", "Hello."],
    ["<think>\n</think>\n\nHello.", "Hello."],
    ["a, b</think>Hello.", "Hello."],
    ["<think>never ends", ""],
    ["Hello.<think>too late", "Hello."],
    ["<thinking>a</thinking>Hello.", "Hello."],
  ])("reads %j as %j", (text, answer) => {
    expect(withoutThinking(text)).toBe(answer);
  });

  it("leaves text without markers as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/<\/?think/i.test(text));
        expect(withoutThinking(text)).toBe(text.trim());
      }),
    );
  });
});
