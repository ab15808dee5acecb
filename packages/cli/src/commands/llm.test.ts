import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChatScript, obedient, startChatServer } from "@collm/llm/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { checkFromFlags } from "./llm.js";

const apiKey = "planted-check-key";
afterEach(() => void vi.unstubAllEnvs());

async function serve(script: ChatScript, flavour: "vllm" | "ollama") {
  const server = await startChatServer(script, { flavour, model: "m", apiKey });
  onTestFinished(() => server.close());
  return server.baseUrl;
}

async function check(flags: Parameters<typeof checkFromFlags>[0]) {
  const lines: string[] = [];
  const output = {
    say: () => undefined,
    draw: () => undefined,
    print: (text: string) => void lines.push(text),
    isTerminal: false,
    columns: 80,
  };
  const isFine = await checkFromFlags(flags, output);
  expect(lines.join("\n")).not.toContain(apiKey);
  return { isFine, lines };
}

describe("collm llm check", () => {
  it("asks whom configuration file, flags and environment name, each in a line", async () => {
    const [a, b] = [await serve(obedient, "vllm"), await serve(obedient, "ollama")];
    const folder = await mkdtemp(join(tmpdir(), "collm-check-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const config = join(folder, "collm.yaml");
    await writeFile(join(folder, "key"), apiKey);
    await writeFile(
      config,
      `navigator: { backend: vllm, model: m, baseUrl: "${a}", apiKeyFile: key }`,
    );
    vi.stubEnv("COLLM_GENERATOR_API_KEY", "wrong-key");
    vi.stubEnv("COLLM_GENERATOR_FALLBACK_1_API_KEY", apiKey);
    const llm = [`generator=vllm:m@${a},ollama:m@${b},heuristic`];
    const { isFine, lines } = await check({ config, llm });
    expect(lines).toEqual([
      expect.stringMatching(
        /^ok {4}navigator: vllm m at .*: reachable, key accepted, model known, structured output: schema, no reasoning shown, streams, reports usage, context of 32768 tokens, \d\.\d s$/,
      ),
      expect.stringMatching(/^FAIL {2}generator: vllm m at .*: reachable, key refused, .*\[key\]/),
      expect.stringMatching(/^ok {4}generator, fallback 1: ollama m at .*context of 32768 tokens/),
      "ok    generator, fallback 2: heuristic, which needs no model",
    ]);
    expect(isFine).toBe(false);
  });

  it("counts recorded questions, and says where there are none", async () => {
    const talks = fileURLToPath(
      new URL("../../../../test/fixtures/conversations", import.meta.url),
    );
    const llm = [`navigator=replay:${talks}`, "generator=replay:/none"];
    const { isFine, lines } = await check({ llm });
    expect(lines).toEqual([
      `ok    navigator: replay of 2 recorded questions in ${join(talks, "navigator")}`,
      "FAIL  generator: replay: recordings /none/generator: no such file or directory",
    ]);
    expect(isFine).toBe(false);
  });

  it("needs no model for the heuristic, and prints JSON", async () => {
    const { isFine, lines } = await check({ llm: ["heuristic"], json: true });
    expect(isFine).toBe(true);
    expect(JSON.parse(lines.join(""))).toEqual([
      { role: "navigator", place: 0, kind: "heuristic" },
      { role: "generator", place: 0, kind: "heuristic" },
    ]);
  });
});
