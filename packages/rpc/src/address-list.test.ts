import { GeneratorServiceClient, NavigatorServiceClient } from "@collm/proto";
import { describe, expect, it, onTestFinished } from "vitest";
import { callStream, callUnary } from "./call.js";
import { connect } from "./channel.js";
import { retryUnavailable } from "./retry.js";
import {
  aborted,
  candidatesRequest,
  noProposals,
  startLoopback,
  strategyRequest,
  textPiece,
} from "./test-support.js";

/** A replica that counts its calls. */
async function startReplica() {
  const calls = { count: 0 };
  const propose = async () => {
    calls.count += 1;
    return noProposals;
  };
  const replica = await startLoopback({ propose });
  return { ...replica, calls };
}

describe("a client with several addresses", () => {
  it("goes round all of them, and around one that is gone or cannot be resolved", async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const named = first.address.replace("127.0.0.1", "localhost");
    const addresses = `dns:///${named}, ${second.address},nowhere.invalid:1`;
    const client = connect(GeneratorServiceClient, addresses);
    onTestFinished(() => client.close());
    const ask = () =>
      retryUnavailable(() => callUnary(client, "proposeCandidates", candidatesRequest), {
        maxWaitMs: 10_000,
      });
    while (first.calls.count < 2 || second.calls.count < 2) await ask();
    await first.server.drain(0);
    const { count } = second.calls;
    for (let i = 0; i < 4; i++) await ask();
    expect(second.calls.count).toBe(count + 4);
  });

  it("is asked again elsewhere when a replica dies at work", async () => {
    const asked: number[] = [];
    const replicas = await Promise.all(
      [0, 1].map((i) =>
        startLoopback({
          strategise: async function* (_, { signal }) {
            asked.push(i);
            yield textPiece("thinking");
            // The first that is asked never answers.
            if (asked.length === 1) await aborted(signal);
            yield textPiece(`answer of ${i}`);
          },
        }),
      ),
    );
    const client = connect(
      NavigatorServiceClient,
      replicas.map(({ address }) => address).join(","),
    );
    onTestFinished(() => client.close());
    const texts = await retryUnavailable(
      async () => {
        const pieces: unknown[] = [];
        for await (const { event } of callStream(client, "proposeStrategy", strategyRequest)) {
          pieces.push(event?.value);
          if (asked.length === 1) void replicas[asked[0] as number]?.server.drain(0);
        }
        return pieces;
      },
      { maxWaitMs: 10_000 },
    );
    expect(asked).toHaveLength(2);
    expect(asked[1]).not.toBe(asked[0]);
    expect(texts).toEqual(["thinking", `answer of ${asked[1]}`]);
  });
});
