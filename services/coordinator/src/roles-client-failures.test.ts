import { CollmError } from "@collm/errors";
import {
  GeneratorServiceClient,
  GeneratorServiceService,
  type generator,
  NavigatorServiceClient,
  NavigatorServiceService,
  type navigator,
} from "@collm/proto";
import {
  connect,
  serverStream,
  startServer,
  toProtoCandidatesAnswer,
  toProtoStrategyAnswer,
  unary,
} from "@collm/rpc";
import type { CandidatesRequest, Exchange, RoleAnswer, StrategyRequest } from "@collm/search";
import { tinySpec } from "@collm/search-space/testing";
import { createLogger } from "@collm/telemetry";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGrpcRoles } from "./roles-client.js";

const never = new AbortController().signal;
const task = { limits: {} };
const strategyRequest: StrategyRequest = {
  task,
  space: tinySpec,
  iteration: 1,
  trajectory: [],
  hasMemory: true,
  seed: 0,
};
const candidatesRequest: CandidatesRequest = {
  task,
  space: tinySpec,
  iteration: 1,
  strategy: "wider",
  count: 3,
  visited: [],
  hasCostHints: true,
  history: [],
  seed: 0,
};
const refused: Exchange = {
  backend: "openai",
  model: "m",
  request: { body: { messages: [] } },
  answer: "I cannot",
  reasoning: "Should I?",
  error: "the model refused: I cannot",
  isCutOff: false,
  usage: { inputTokens: 9, cachedInputTokens: 0, outputTokens: 4, reasoningTokens: 2 },
  seconds: 1.5,
};
const failure = { kind: "failed", reason: "the model refused", exchanges: [refused] } as const;

/** The roles behind real gRPC, as these functions answer. */
async function connectRoles(
  strategise: () => AsyncIterable<navigator.ProposeStrategyResponse>,
  propose: () => Promise<generator.ProposeCandidatesResponse>,
) {
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    logger: createLogger({ service: "test", destination: { write: () => undefined } }),
    services: [
      {
        name: "navigator",
        definition: NavigatorServiceService,
        implementation: { proposeStrategy: serverStream(strategise) },
      },
      {
        name: "generator",
        definition: GeneratorServiceService,
        implementation: { proposeCandidates: unary(propose) },
      },
    ],
  });
  const address = `127.0.0.1:${server.port}`;
  const clients = {
    navigator: connect(NavigatorServiceClient, address),
    generator: connect(GeneratorServiceClient, address),
  };
  onTestFinished(async () => {
    for (const client of Object.values(clients)) client.close();
    await server.drain(0);
  });
  return createGrpcRoles(clients, "search-1", { timeoutMs: 10_000, unavailableForMs: 0 });
}

describe("createGrpcRoles", () => {
  it("brings a model's failure across with everything that was asked", async () => {
    const roles = await connectRoles(
      async function* () {
        yield { event: { $case: "text", value: "I cannot" } };
        yield toProtoStrategyAnswer(failure);
      },
      async () => toProtoCandidatesAnswer(failure),
    );
    expect(await roles.proposeStrategy(strategyRequest, never)).toEqual(failure);
    expect(await roles.proposeCandidates(candidatesRequest, never)).toEqual(failure);
  });

  it("brings answers across with the failed requests before them", async () => {
    const strategy: RoleAnswer<string> = {
      kind: "answered",
      value: "wider",
      exchanges: [refused, { ...refused, answer: "wider", error: undefined }],
    };
    const candidates = { kind: "answered", value: [{ text: "{}" }], exchanges: [refused] } as const;
    const roles = await connectRoles(
      async function* () {
        yield toProtoStrategyAnswer(strategy);
      },
      async () => toProtoCandidatesAnswer(candidates),
    );
    expect(await roles.proposeStrategy(strategyRequest, never)).toEqual(strategy);
    expect(await roles.proposeCandidates(candidatesRequest, never)).toEqual(candidates);
  });

  it("makes a failure of a role that ends without an answer", async () => {
    const roles = await connectRoles(
      async function* () {},
      async () => Promise.reject(new Error("bug")),
    );
    expect(await roles.proposeStrategy(strategyRequest, never)).toEqual({
      kind: "failed",
      reason: "the navigator sent no strategy",
      exchanges: [],
    });
    expect(await roles.proposeCandidates(candidatesRequest, never)).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("internal error"),
      exchanges: [],
    });
  });

  it("makes no failure of a strict replay that has no recording: the search ends by it", async () => {
    const missing = new CollmError("not-found", "replay: no recording of request 3f9c2a1b7d04");
    const roles = await connectRoles(
      async function* () {
        yield await Promise.reject(missing);
      },
      async () => Promise.reject(missing),
    );
    const error = { code: missing.code, message: missing.message };
    await expect(roles.proposeStrategy(strategyRequest, never)).rejects.toMatchObject(error);
    await expect(roles.proposeCandidates(candidatesRequest, never)).rejects.toMatchObject(error);
  });
});
