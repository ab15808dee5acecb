import { readRoleEnv } from "@collm/config";
import { describe, expect, it } from "vitest";
import { roleEnvironment } from "./role-environment.js";

describe("roleEnvironment", () => {
  it("hands a service all that a search says about its role", () => {
    const env = roleEnvironment(
      "navigator",
      {
        backend: "vllm",
        model: "a",
        baseUrl: "http://a/v1",
        fallback: ["deepseek:b", "heuristic"],
        apiVersion: "1",
        temperature: 0.2,
        topP: 0.9,
        maxOutputTokens: 100,
        reasoning: "off",
        extraBody: { top_k: 20, stop: ["a,b"] },
        timeoutMs: 5,
        retries: 1,
        breakerFailures: 2,
        breakerOpenMs: 7,
        maxConcurrent: 3,
        requestsPerMinute: 4,
        tokensPerMinute: 5,
        priceInput: 1,
        priceCachedInput: 0.5,
        priceOutput: 2,
        contextTokens: 2_000,
      },
      "plain",
    );
    expect(readRoleEnv("navigator", env)).toEqual({
      backend: "model",
      endpoints: [
        {
          kind: "vllm",
          model: "a",
          baseUrl: "http://a/v1",
          apiVersion: "1",
          reasoning: "off",
          extraBody: { top_k: 20, stop: ["a,b"] },
          price: { input: 1, cachedInput: 0.5, output: 2 },
          limits: { maxConcurrent: 3, requestsPerMinute: 4, tokensPerMinute: 5 },
        },
        { kind: "deepseek", model: "b", limits: {} },
      ],
      endsWithHeuristic: true,
      temperature: 0.2,
      topP: 0.9,
      maxOutputTokens: 100,
      contextTokens: 2_000,
      timeoutMs: 5,
      retries: 1,
      breakerFailures: 2,
      breakerOpenMs: 7,
      prompts: "plain",
    });
  });

  it("leaves the rest to the service, but no stand-ins of another backend", () => {
    expect(roleEnvironment("generator")).toEqual({});
    expect(roleEnvironment("generator", { backend: "ollama", model: "m" })).toEqual({
      COLLM_GENERATOR_BACKEND: "ollama",
      COLLM_GENERATOR_MODEL: "m",
      COLLM_GENERATOR_FALLBACK: "",
      COLLM_GENERATOR_CONFIG_DIR: "",
    });
  });
});
