import { createMetrics } from "@collm/telemetry";
import { describe, expect, it } from "vitest";
import { callStream, callUnary } from "./call.js";
import { checkHealth } from "./health.js";
import {
  candidatesRequest,
  deferred,
  noProposals,
  startLoopback,
  strategyRequest,
  textPiece,
} from "./test-support.js";

const kibibyte = 1_024;

describe("a server's limits", () => {
  it("refuse messages that are too large, both ways", async () => {
    const { generator, navigator } = await startLoopback(
      {
        propose: async ({ strategy }) => ({
          ...noProposals,
          proposals: strategy === "wide" ? [{ text: "x".repeat(65 * kibibyte) }] : [],
        }),
        async *strategise() {
          yield textPiece("a");
          yield textPiece("x".repeat(65 * kibibyte));
        },
      },
      { limits: { maxMessageBytes: 64 * kibibyte } },
    );
    const ask = (strategy: string) =>
      callUnary(generator, "proposeCandidates", { ...candidatesRequest, strategy });
    const tooLarge = {
      code: "resource-exhausted",
      message: expect.stringMatching(
        /^message: got \d+ bytes, allowed are 65536 \(COLLM_MAX_MESSAGE_MIB\)$/,
      ),
    };
    expect(await ask("y".repeat(60 * kibibyte))).toEqual(noProposals);
    await expect(ask("y".repeat(65 * kibibyte))).rejects.toMatchObject(tooLarge);
    await expect(ask("wide")).rejects.toMatchObject(tooLarge);
    const stream = callStream(navigator, "proposeStrategy", strategyRequest);
    expect((await stream.next()).value).toEqual(textPiece("a"));
    await expect(stream.next()).rejects.toMatchObject(tooLarge);
  });

  it("refuse calls beyond those at once, count them, and take new ones when others end", async () => {
    const metrics = createMetrics("test");
    const release = deferred();
    let begun = 0;
    const { address, generator } = await startLoopback(
      {
        propose: async () => {
          begun += 1;
          await release.promise;
          return noProposals;
        },
      },
      { limits: { maxConcurrentCalls: 2 }, metrics },
    );
    const ask = (signal?: AbortSignal) =>
      callUnary(generator, "proposeCandidates", candidatesRequest, { signal });
    const cancel = new AbortController();
    const [first, second] = [ask(), ask(cancel.signal).catch(({ code }) => code)];
    await expect.poll(() => begun).toBe(2);
    await expect(ask()).rejects.toMatchObject({
      code: "resource-exhausted",
      message: expect.stringContaining("allowed are 2 at once (COLLM_MAX_CONCURRENT_CALLS)"),
    });
    expect(await checkHealth(address)).toBe("SERVING");
    expect(await metrics.render()).toMatch(/calls_total\{.*code="RESOURCE_EXHAUSTED".*\} 1/);
    cancel.abort();
    expect(await second).toBe("cancelled");
    release.resolve();
    expect(await first).toEqual(noProposals);
    await expect.poll(() => ask().catch(String)).toEqual(noProposals);
  });

  it("let one connection wait with more calls than it may make at once", async () => {
    const release = deferred();
    let [active, most] = [0, 0];
    const { generator } = await startLoopback(
      {
        propose: async () => {
          active += 1;
          most = Math.max(most, active);
          await release.promise;
          active -= 1;
          return noProposals;
        },
      },
      { limits: { maxConcurrentStreams: 3 } },
    );
    const ask = () => callUnary(generator, "proposeCandidates", candidatesRequest);
    const calls = Array.from({ length: 8 }, ask);
    await expect.poll(() => active).toBe(3);
    release.resolve();
    expect(await Promise.all(calls)).toHaveLength(8);
    expect(most).toBe(3);
  });

  it.each([
    ["nothing", undefined],
    ["more", 60_000],
  ])(
    "end a call whose caller allows %s after the longest that the server allows",
    async (_, timeoutMs) => {
      const seen: unknown[] = [];
      const { navigator } = await startLoopback(
        {
          async *strategise(_request, { deadline, signal }) {
            seen.push(deadline && deadline.getTime() - Date.now() <= 100);
            yield textPiece("a");
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            seen.push(signal.reason.code);
          },
        },
        { limits: { maxCallMs: 100 } },
      );
      const stream = callStream(navigator, "proposeStrategy", strategyRequest, { timeoutMs });
      expect((await stream.next()).value).toEqual(textPiece("a"));
      await expect(stream.next()).rejects.toMatchObject({
        code: "deadline-exceeded",
        message: "the call took longer than the 100 ms that the server allows (COLLM_MAX_CALL_MS)",
      });
      await expect.poll(() => seen).toEqual([true, "deadline-exceeded"]);
    },
  );
});
