import { CollmError } from "@collm/errors";
import {
  GeneratorServiceClient,
  type generator,
  NavigatorServiceClient,
  type navigator,
} from "@collm/proto";
import { connect, serverStream, unary } from "@collm/rpc";
import type { RoleAnswer } from "@collm/search";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { startNeighbours } from "./neighbours.fixture.js";
import { createGrpcRoles } from "./roles-client.js";

const usage = { inputTokens: 9, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 };
const common = { backend: "openai", model: "m", answer: "Go deep.", usage, seconds: 0.5 };
const exchange = { ...common, requestJson: '{"messages":[]}' };
const readExchange = { ...common, request: { messages: [] } };

interface Answers {
  readonly strategise?: (
    request: navigator.ProposeStrategyRequest,
  ) => AsyncIterable<navigator.ProposeStrategyResponse>;
  readonly propose?: (
    request: generator.ProposeCandidatesRequest,
  ) => Promise<generator.ProposeCandidatesResponse>;
}

/** Both roles behind a real server; each is asked once, and both answers are given. */
async function ask(
  { strategise, propose }: Answers,
  { unavailableForMs = 60_000, isAway = false, signal = new AbortController().signal } = {},
): Promise<[strategy: RoleAnswer<string>, candidates: RoleAnswer<unknown>]> {
  const server = await startNeighbours({
    navigator: strategise ? { proposeStrategy: serverStream(strategise) } : {},
    generator: propose ? { proposeCandidates: unary(propose) } : {},
  });
  const address = `127.0.0.1:${server.port}`;
  const navigator = connect(NavigatorServiceClient, address);
  const generator = connect(GeneratorServiceClient, address);
  onTestFinished(async () => {
    for (const client of [navigator, generator]) client.close();
    await server.drain(0);
  });
  if (isAway) await server.drain(0);
  const roles = createGrpcRoles({ navigator, generator }, "s", {
    timeoutMs: 60_000,
    unavailableForMs,
  });
  const turn = { task: { limits: { maxMacs: 7 } }, space: tinySpec, iteration: 2, seed: 5 };
  return Promise.all([
    roles.proposeStrategy({ ...turn, trajectory: [], hasMemory: true }, signal),
    roles.proposeCandidates(
      {
        ...turn,
        strategy: "Go deep.",
        count: 2,
        visited: ["r12"],
        hasCostHints: true,
        history: [],
      },
      signal,
    ),
  ]);
}

function strategy(text: string, exchanges = [exchange]): navigator.ProposeStrategyResponse {
  return { event: { $case: "strategy", value: { text, exchanges } } };
}

describe("createGrpcRoles", () => {
  it("gives strategy and proposals with their exchanges, readable or not", async () => {
    const answers = await ask({
      async *strategise({ searchId, iteration, seed }) {
        yield { event: { $case: "text", value: "live text is for display" } };
        yield strategy(`${searchId} ${iteration} ${seed}`);
      },
      propose: async ({ strategy: text, count, visited }) => ({
        proposals: [
          { text, notationJson: JSON.stringify({ count, visited }) },
          { text: "junk", problem: "no JSON" },
        ],
        exchanges: [exchange],
      }),
    });
    const proposals = [
      { text: "Go deep.", notation: { count: 2, visited: ["r12"] } },
      { text: "junk", problem: "no JSON" },
    ];
    expect(answers).toEqual([
      { kind: "answered", value: "s 2 5", exchanges: [readExchange] },
      { kind: "answered", value: proposals, exchanges: [readExchange] },
    ]);
  });

  it.each(["resource-exhausted", "deadline-exceeded", "internal"] as const)(
    "gives a role that fails with %s as a value",
    async (code) => {
      const fail = () => {
        throw new CollmError(code, "no quota");
      };
      const failed = { kind: "failed", reason: "no quota", exchanges: [] };
      expect(await ask({ strategise: fail, propose: fail })).toEqual([failed, failed]);
    },
  );

  it("gives an answer that holds none as a value", async () => {
    const [silent] = await ask({ async *strategise() {} });
    expect(silent).toMatchObject({ kind: "failed", reason: "the navigator sent no strategy" });
  });

  it.each([
    [{ seconds: Number.NaN }, "exchanges[0].seconds: got NaN"],
    [{ seconds: -1 }, "exchanges[0].seconds: got -1"],
    [{ requestJson: "{" }, "exchanges[0].request_json: got text that is not JSON"],
  ])("gives garbage that no journal could hold as a value: %o", async (change, reason) => {
    const exchanges = [{ ...exchange, ...change }];
    const failed = { kind: "failed", reason: expect.stringContaining(reason), exchanges: [] };
    const answers = await ask({
      async *strategise() {
        yield strategy("Go deep.", exchanges);
      },
      propose: async () => ({ proposals: [{ text: "x" }], exchanges }),
    });
    expect(answers).toEqual([failed, failed]);
  });

  it("gives a notation that is no JSON as a value", async () => {
    const [, garbage] = await ask({
      propose: async () => ({ proposals: [{ text: "x", notationJson: "{" }], exchanges: [] }),
    });
    expect(garbage).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("proposals[0].notation_json: got text that is not JSON"),
    });
  });

  it("gives roles that stay away as values, and rejects only when its signal aborts", async () => {
    const failed = { kind: "failed", exchanges: [] };
    const answers = await ask({}, { isAway: true, unavailableForMs: 50 });
    expect(answers).toMatchObject([failed, failed]);
    const own = new AbortController();
    const propose = (): Promise<never> => {
      own.abort({ kind: "cancel" });
      return new Promise(() => undefined);
    };
    await expect(ask({ propose }, { signal: own.signal })).rejects.toEqual({ kind: "cancel" });
  });
});
