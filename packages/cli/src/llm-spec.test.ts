import { describe, expect, it } from "vitest";
import { parseLlmSpec, parseModelSpec } from "./llm-spec.js";

const heuristic = { backend: "heuristic" };

describe("parseLlmSpec", () => {
  it("says nothing about roles that no value names", () => {
    expect(parseLlmSpec([])).toEqual({});
    expect(parseLlmSpec(["generator=heuristic"])).toEqual({ generator: heuristic });
  });

  it("sets both roles, and one of them by its name; later values win", () => {
    const qwen = { backend: "openai", model: "qwen3:30b", baseUrl: "http://localhost:8000/v1" };
    const spec = "openai:qwen3:30b@http://localhost:8000/v1";
    expect(parseLlmSpec([spec])).toEqual({ navigator: qwen, generator: qwen });
    expect(parseLlmSpec([spec, "generator=heuristic"])).toEqual({
      navigator: qwen,
      generator: heuristic,
    });
    expect(parseLlmSpec(["navigator=heuristic", spec])).toEqual({
      navigator: qwen,
      generator: qwen,
    });
  });

  it("leaves the base URL to the service where none is said", () => {
    const role = { backend: "openai", model: "gpt-5" };
    expect(parseLlmSpec(["navigator=openai:gpt-5"])).toEqual({ navigator: role });
  });

  it("reads kinds of endpoints, and after commas who answers where one does not", () => {
    expect(parseLlmSpec(["generator=ollama:qwen3:30b"])).toEqual({
      generator: { backend: "ollama", model: "qwen3:30b" },
    });
    const spec = "navigator=llama.cpp:a@http://x/v1?a=1,2,openai:b@http://y/v1, heuristic";
    expect(parseLlmSpec([spec])).toEqual({
      navigator: {
        backend: "llama.cpp",
        model: "a",
        baseUrl: "http://x/v1?a=1,2",
        fallback: ["openai:b@http://y/v1", "heuristic"],
      },
    });
  });

  it("reads recordings to answer from, alone and before or after others", () => {
    expect(parseLlmSpec(["navigator=replay:a, b@c?strict"])).toEqual({
      navigator: { backend: "replay", replayDir: "a, b@c?strict" },
    });
    expect(parseLlmSpec(["generator=replay:a,openai:m,replay:b?strict"])).toEqual({
      generator: { backend: "replay", replayDir: "a", fallback: ["openai:m", "replay:b?strict"] },
    });
  });

  it.each([
    "",
    "replay:",
    "replay:a?strict,heuristic",
    "openai:m,replay:a?strict,openai:n",
    "gpt-5",
    "heuristic,openai:m",
    "openai:m,heuristic,openai:n",
    "openai:m,openai:n@http://user:s3cret@host/v1",
    "openai:",
    "openai:@http://host/v1",
    "openai:m@ftp://host",
    "openai:m@",
    "navigator=",
    "critic=heuristic",
  ])("refuses %j, naming the value and what is allowed", (spec) => {
    expect(() => parseLlmSpec([spec])).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringMatching(/^--llm: got ".*", allowed is heuristic or openai:/),
      }),
    );
  });
});

describe("parseModelSpec", () => {
  it("reads model and base URL", () => {
    expect(parseModelSpec("openai:gpt-5")).toEqual({ backend: "openai", model: "gpt-5" });
    expect(parseModelSpec("openai:qwen3:30b@http://localhost:8000/v1")).toEqual({
      backend: "openai",
      model: "qwen3:30b",
      baseUrl: "http://localhost:8000/v1",
    });
  });

  it.each([
    "heuristic",
    "replay:a",
    "navigator=openai:m",
    "openai:m@http://a b",
    "openai:m@http://user:s3cret@host/v1",
  ])("refuses %j without showing a password", (spec) => {
    expect(() => parseModelSpec(spec)).toThrow(/^--llm: got "(?!.*s3cret).*", allowed is openai:/);
  });
});
