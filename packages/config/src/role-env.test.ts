import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readRoleEnv } from "./role-env.js";

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

/** Variables of the Navigator, by their ends. */
function navigator(values: Readonly<Record<string, string>>): Record<string, string> {
  const said = { BACKEND: "vllm", MODEL: "qwen3", ...values };
  return Object.fromEntries(
    Object.entries(said).map(([suffix, value]) => [`COLLM_NAVIGATOR_${suffix}`, value]),
  );
}

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "collm-key-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "key");
  await writeFile(path, text);
  return path;
}

describe("readRoleEnv", () => {
  it("is the heuristic when nothing is set", () => {
    expect(readRoleEnv("navigator", {})).toEqual({ backend: "heuristic" });
  });

  it("reads each role's own variables", () => {
    const env = {
      COLLM_NAVIGATOR_BACKEND: "openai",
      COLLM_NAVIGATOR_MODEL: "qwen3",
      COLLM_NAVIGATOR_BASE_URL: "http://localhost:8000/v1",
      COLLM_NAVIGATOR_TEMPERATURE: "1",
      COLLM_GENERATOR_BACKEND: "heuristic",
    };
    expect(readRoleEnv("navigator", env)).toEqual({
      backend: "model",
      endpoints: [
        { kind: "openai", model: "qwen3", baseUrl: "http://localhost:8000/v1", limits: {} },
      ],
      endsWithHeuristic: false,
      temperature: 1,
      maxOutputTokens: 8192,
      timeoutMs: 120_000,
      retries: 2,
      breakerFailures: 3,
      breakerOpenMs: 30_000,
      prompts: "default",
    });
    expect(readRoleEnv("generator", env)).toEqual({ backend: "heuristic" });
  });

  it("reads how long the Navigator's conversation may be, which nobody else has", () => {
    const env = (tokens: string) => ({
      COLLM_NAVIGATOR_BACKEND: "openai",
      COLLM_NAVIGATOR_MODEL: "qwen3",
      COLLM_NAVIGATOR_CONTEXT_TOKENS: tokens,
    });
    expect(readRoleEnv("navigator", env("100000"))).toMatchObject({ contextTokens: 100_000 });
    expect(messageOf(() => readRoleEnv("navigator", env("100")))).toBe(
      'COLLM_NAVIGATOR_CONTEXT_TOKENS: got "100", allowed is a whole number from 1000 to 10000000',
    );
  });

  it("reads recordings to replay, and where to record, with a folder for each role", () => {
    const replay = { BACKEND: "replay", REPLAY_DIR: "/a/talks", RECORD_DIR: "/b" };
    const first = { kind: "replay", name: "talks", directory: "/a/talks/navigator" };
    expect(readRoleEnv("navigator", navigator({ ...replay, FALLBACK: "vllm:m" }))).toMatchObject({
      endpoints: [
        { ...first, isStrict: false },
        { kind: "vllm", model: "m" },
      ],
      recordDirectory: "/b/navigator",
    });
    const strict = { FALLBACK: "replay:/a/talks?strict" };
    expect(readRoleEnv("navigator", navigator(strict))).toMatchObject({
      endpoints: [{ kind: "vllm" }, { ...first, isStrict: true }],
      endsWithHeuristic: false,
    });
    const refusal = (values: Readonly<Record<string, string>>) =>
      messageOf(() => readRoleEnv("navigator", navigator(values)));
    expect(refusal({ BACKEND: "replay" })).toBe(
      "COLLM_NAVIGATOR_REPLAY_DIR: is not set, allowed is a directory of recorded conversations, which replay needs",
    );
    expect(refusal({ ...replay, REPLAY_DIR: "/a?strict", FALLBACK: "heuristic" })).toBe(
      'COLLM_NAVIGATOR_FALLBACK: got "heuristic", allowed is nobody, since a strict replay ends the search',
    );
    expect(refusal({ FALLBACK: "replay:/a?strict,heuristic" })).toMatch(/strict last$/);
    expect(messageOf(() => readRoleEnv("navigator", { COLLM_NAVIGATOR_REPLAY_DIR: "/a" }))).toBe(
      "COLLM_NAVIGATOR_BACKEND: is not set, allowed is replay or heuristic, since COLLM_NAVIGATOR_REPLAY_DIR is set",
    );
  });

  it("needs a model for openai", () => {
    expect(messageOf(() => readRoleEnv("generator", { COLLM_GENERATOR_BACKEND: "openai" }))).toBe(
      "COLLM_GENERATOR_MODEL: is not set, allowed is a model's name, which openai needs",
    );
  });

  it("does not ignore a model whose backend was forgotten", () => {
    expect(messageOf(() => readRoleEnv("navigator", { COLLM_NAVIGATOR_MODEL: "qwen3" }))).toBe(
      "COLLM_NAVIGATOR_BACKEND: is not set, allowed is openai or heuristic, since COLLM_NAVIGATOR_MODEL is set",
    );
  });

  it("names wrong values but never shows a key", () => {
    const message = messageOf(() =>
      readRoleEnv("navigator", {
        COLLM_NAVIGATOR_BACKEND: "gpt",
        COLLM_NAVIGATOR_API_KEY: "sk secret",
        COLLM_NAVIGATOR_BASE_URL: "ftp://x",
        COLLM_NAVIGATOR_TEMPERATURE: "hot",
      }),
    );
    expect(message).toContain('COLLM_NAVIGATOR_BACKEND: got "gpt", allowed is one of heuristic');
    expect(message).toContain('_BASE_URL: got "ftp://x", allowed is an http or https URL');
    expect(message).toContain('_TEMPERATURE: got "hot", allowed is a number from 0 to 2');
    expect(message).toContain("_API_KEY: got a value that is not shown");
    expect(message).not.toContain("secret");
  });

  it("reads all that can be said of an endpoint, key and certificates from files", async () => {
    const env = navigator({
      API_KEY_FILE: await fileWith("k-from-file\n"),
      CA_FILE: await fileWith("PEM"),
      TOP_P: "0.9",
      REASONING: "low",
      EXTRA_BODY: '{"top_k": 20}',
      RETRIES: "0",
      PRICE_INPUT: "0.25",
      PRICE_OUTPUT: "2",
      MAX_CONCURRENT: "4",
      REQUESTS_PER_MINUTE: "60",
      TOKENS_PER_MINUTE: "100000",
    });
    expect(readRoleEnv("navigator", env)).toMatchObject({
      topP: 0.9,
      retries: 0,
      endpoints: [
        {
          kind: "vllm",
          apiKey: "k-from-file",
          caCertificates: "PEM",
          reasoning: "low",
          extraBody: { top_k: 20 },
          price: { input: 0.25, output: 2 },
          limits: { maxConcurrent: 4, requestsPerMinute: 60, tokensPerMinute: 100_000 },
        },
      ],
    });
  });

  it("reads who stands in, with variables of their own; the same address shares the key", () => {
    const env = navigator({
      BASE_URL: "http://a/v1",
      API_KEY: "key-of-a",
      FALLBACK: "vllm:small@http://a/v1, deepseek:chat,heuristic",
      FALLBACK_2_API_KEY: "key-of-deepseek",
      FALLBACK_2_REASONING: "off",
    });
    expect(readRoleEnv("navigator", env)).toMatchObject({
      endsWithHeuristic: true,
      endpoints: [
        { model: "qwen3", apiKey: "key-of-a" },
        { model: "small", apiKey: "key-of-a" },
        { kind: "deepseek", model: "chat", apiKey: "key-of-deepseek", reasoning: "off" },
      ],
    });
    const { COLLM_NAVIGATOR_FALLBACK_2_API_KEY: _, ...without } = env;
    expect(readRoleEnv("navigator", without)).toMatchObject({
      endpoints: [{}, {}, { kind: "deepseek", apiKey: undefined }],
    });
  });

  it.each([
    [{ FALLBACK: "heuristic,vllm:b" }, /_FALLBACK: got "heuristic,vllm:b", allowed is .* last$/],
    [{ FALLBACK: "vllm:b@http://u:s3cret@x/v1" }, /_FALLBACK: got "vllm:b@http:\/\/\[hidden\]@x/],
    [{ EXTRA_BODY: "[1]" }, /_EXTRA_BODY: got "\[1\]", allowed is a JSON object/],
    [{ REASONING: "much" }, /_REASONING: got "much", allowed is one of off, on, minimal/],
    [{ TOP_P: "0" }, /_TOP_P: got "0", allowed is a number from 0.001 to 1$/],
    [{ PRICE_INPUT: "1" }, /_PRICE_OUTPUT: is not set, allowed is a price/],
    [{ BACKEND: "azure" }, /_BASE_URL: is not set, allowed is the URL of the resource/],
    [{ API_KEY: "s3cret", API_KEY_FILE: "f" }, /_API_KEY_FILE: got "f", allowed is nothing beside/],
    [{ API_KEY_FILE: "/none/key" }, /_API_KEY_FILE: file \/none\/key: no such file/],
  ])("refuses %j", (values, message) => {
    const told = messageOf(() => readRoleEnv("navigator", navigator(values)));
    expect(told).toMatch(message);
    expect(told).not.toContain("s3cret");
  });

  it("shows nothing of a file that holds no key", async () => {
    const env = navigator({ API_KEY_FILE: await fileWith("s3cret and more\n") });
    const told = messageOf(() => readRoleEnv("navigator", env));
    expect(told).toMatch(/_API_KEY_FILE: .* holds something that is not shown/);
    expect(told).not.toContain("s3cret");
  });
});
