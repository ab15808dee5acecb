import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRoleEnv } from "@collm/config";
import {
  type ChatBehaviour,
  type ChatScript,
  type SeenRequest,
  startChatServer,
} from "@collm/llm/testing";
import { NavigatorServiceClient } from "@collm/proto";
import {
  callStream,
  connect,
  fromProtoStrategyAnswer,
  startServer,
  toProtoStrategyRequest,
} from "@collm/rpc";
import { createLogger, createMetrics } from "@collm/telemetry";
import { describe, expect, it, onTestFinished } from "vitest";
import { createNavigator } from "./create-navigator.js";
import { testRequest } from "./navigator.fixture.js";
import { createNavigatorService } from "./service.js";

async function serve(script: ChatScript) {
  const server = await startChatServer(script);
  onTestFinished(() => server.close());
  return server;
}

/** The service as its environment describes it, on loopback. */
async function host(env: Readonly<Record<string, string>>) {
  const logged: string[] = [];
  const logger = createLogger({
    service: "navigator",
    destination: { write: (line: string) => void logged.push(line) },
  });
  const variables = Object.fromEntries(
    Object.entries({ BACKEND: "vllm", MODEL: "a", ...env }).map(([suffix, value]) => [
      `COLLM_NAVIGATOR_${suffix}`,
      value,
    ]),
  );
  const metrics = createMetrics("navigator");
  const navigator = await createNavigator(readRoleEnv("navigator", variables), metrics);
  const services = [createNavigatorService(async () => navigator, logger)];
  const server = await startServer({ services, host: "127.0.0.1", port: 0, logger });
  const client = connect(NavigatorServiceClient, `127.0.0.1:${server.port}`);
  onTestFinished(async () => {
    client.close();
    await server.drain(0);
  });
  const propose = async (timeoutMs = 20_000) => {
    const request = toProtoStrategyRequest("search-1", testRequest(2));
    const settings = { timeoutMs };
    for await (const response of callStream(client, "proposeStrategy", request, settings)) {
      const answer = fromProtoStrategyAnswer(response);
      if (answer) return answer;
    }
    throw new RangeError("no answer");
  };
  return { logged, metrics, propose };
}

describe("a Navigator with others to fall back on", () => {
  it("is played by the next endpoint, then by the heuristic; exchanges, metrics and log say who", async () => {
    const first = await serve([{ kind: "status", status: 503 }]);
    const answer: ChatBehaviour = { kind: "answer", pieces: ["Widen it."] };
    const refusal: ChatBehaviour = { kind: "answer", pieces: [], refusal: "No." };
    const second = await serve([answer, refusal]);
    const { propose, metrics, logged } = await host({
      BASE_URL: first.baseUrl,
      FALLBACK: `openai:b@${second.baseUrl},heuristic`,
      RETRIES: "0",
      BREAKER_FAILURES: "1",
    });
    const one = await propose();
    expect(one).toMatchObject({
      kind: "answered",
      value: "Widen it.",
      exchanges: [
        { backend: "vllm", model: "a", error: "the endpoint failed: 503 no" },
        { backend: "openai", model: "test-model", answer: "Widen it." },
      ],
    });
    expect(one.exchanges[1]).not.toHaveProperty("error");
    const two = await propose();
    expect(two).toMatchObject({
      kind: "answered",
      // The first endpoint is left alone by now, so there is no exchange with it.
      exchanges: [
        { backend: "openai", error: "the model refused: No." },
        { backend: "heuristic", model: "heuristic" },
      ],
    });
    expect(first.seen).toHaveLength(1);
    const page = await metrics.render();
    const count = (labels: string) =>
      new RegExp(`collm_llm_attempts_total\\{role="navigator",${labels}.*\\} 1\n`);
    expect(page).toMatch(count('backend="vllm",outcome="failed"'));
    expect(page).toMatch(count('backend="openai",outcome="answered"'));
    expect(page).toMatch(count('backend="heuristic",outcome="answered"'));
    expect(logged.join("")).toMatch(/after failures/);
    expect(logged.join("")).toContain('"player":"heuristic"');
  });

  it("answers by the heuristic within the caller's deadline where an endpoint hangs", async () => {
    const hanging = await serve([{ kind: "hang" }]);
    const { propose } = await host({ BASE_URL: hanging.baseUrl, FALLBACK: "heuristic" });
    expect(await propose(3_000)).toMatchObject({
      kind: "answered",
      exchanges: [
        { backend: "vllm", error: "the caller waits no longer" },
        { backend: "heuristic" },
      ],
    });
    await expect.poll(() => hanging.seen[0]?.isAborted).toBe(true);
  });
});

describe("keys", () => {
  it("are in no log, answer, exchange or recording after failures of all kinds", async () => {
    const [inVariable, inFile] = ["planted-key-in-variable", "planted-key-in-file"];
    const folder = await mkdtemp(join(tmpdir(), "collm-key-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const keyFile = join(folder, "key");
    await writeFile(keyFile, `${inFile}\n`);
    // A server that tells whatever key it was sent, in every way an answer can.
    const telling = ({ authorization = "" }: SeenRequest, index: number): ChatBehaviour => {
      const key = authorization.replace("Bearer ", "");
      const ways: readonly ChatBehaviour[] = [
        { kind: "status", status: 500, body: { error: { message: `500 for ${authorization}` } } },
        { kind: "raw", body: `<title>${key}</title>`, contentType: "text/html" },
        { kind: "raw", body: `data: {"error": {"message": "${key}"}}\n\n` },
        { kind: "answer", pieces: [], reasoning: key, refusal: `I will not say ${key}` },
        { kind: "status", status: 401, body: { error: { message: `bad key ${key}` } } },
        { kind: "truncated", pieces: ["I have ", key], how: "cut" },
        { kind: "answer", pieces: [`${key.slice(0, 5)}`, key.slice(5)], reasoning: key },
      ];
      return ways[index % ways.length] as ChatBehaviour;
    };
    const [first, second] = [await serve(telling), await serve(telling)];
    const { propose, logged, metrics } = await host({
      BASE_URL: first.baseUrl,
      API_KEY: inVariable,
      FALLBACK: `openai:b@${second.baseUrl},heuristic`,
      FALLBACK_1_API_KEY_FILE: keyFile,
      RECORD_DIR: folder,
      RETRIES: "0",
      BREAKER_FAILURES: "1000",
    });
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await propose());
    expect(first.seen[0]?.authorization).toBe(`Bearer ${inVariable}`);
    expect(second.seen[0]?.authorization).toBe(`Bearer ${inFile}`);
    expect(first.seen).toHaveLength(7);
    expect(second.seen).toHaveLength(6);
    const names = await readdir(join(folder, "navigator"));
    expect(names).toHaveLength(7);
    const recorded = await Promise.all(
      names.map((name) => readFile(join(folder, "navigator", name), "utf8")),
    );
    expect(recorded.every((text) => text.includes("[key]"))).toBe(true);
    const everything = [answers, logged, await metrics.render(), recorded]
      .map((told) => JSON.stringify(told))
      .join();
    expect(everything).toContain("[key]");
    for (const piece of [inVariable, inFile]) expect(everything).not.toContain(piece);
  });
});
