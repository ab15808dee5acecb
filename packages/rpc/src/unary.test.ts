import { CollmError, type ErrorCode } from "@collm/errors";
import { Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { callUnary } from "./call.js";
import type { CallContext } from "./call-context.js";
import { callSettingsOf } from "./call-settings.js";
import {
  aborted,
  candidatesRequest,
  deferred,
  noProposals,
  startLoopback,
} from "./test-support.js";

const allCodes: readonly ErrorCode[] = [
  "invalid-argument",
  "not-found",
  "already-exists",
  "failed-precondition",
  "resource-exhausted",
  "unavailable",
  "deadline-exceeded",
  "cancelled",
  "data-loss",
  "internal",
];

describe("unary and callUnary", () => {
  it("carry request and response", async () => {
    const { generator } = await startLoopback({
      propose: async ({ strategy, count }) => ({
        ...noProposals,
        proposals: Array.from({ length: count }, (_, i) => ({ text: `${strategy} ${i}` })),
      }),
    });
    const { proposals } = await callUnary(generator, "proposeCandidates", candidatesRequest);
    expect(proposals.map(({ text }) => text)).toEqual(["wider 0", "wider 1", "wider 2"]);
  });

  it.each(allCodes)("bring a CollmError %s across with its message", async (code) => {
    const { generator } = await startLoopback({
      propose: async () => {
        throw new CollmError(code, `count: got "3 µs", allowed is less`);
      },
    });
    await expect(
      callUnary(generator, "proposeCandidates", candidatesRequest),
    ).rejects.toMatchObject({ code, message: `count: got "3 µs", allowed is less` });
  });

  it("hide unexpected errors from the caller and log them", async () => {
    const { generator, logged } = await startLoopback({
      propose: () => {
        throw new TypeError("/home/me/secret.ts failed");
      },
    });
    const failure = await callUnary(generator, "proposeCandidates", candidatesRequest).catch(
      (error: CollmError) => error,
    );
    expect(failure).toMatchObject({
      code: "internal",
      message: "internal error; the service's log has the reason",
    });
    expect(logged.join()).toContain("/home/me/secret.ts failed");
    expect(logged.join()).toContain("/collm.generator.v1.GeneratorService/ProposeCandidates");
  });

  it("survive messages that gRPC cannot send as they are", async () => {
    const { generator } = await startLoopback({
      propose: async () => {
        throw new CollmError("invalid-argument", `\ud83d ${"ü".repeat(100_000)}`);
      },
    });
    await expect(
      callUnary(generator, "proposeCandidates", candidatesRequest),
    ).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/^\ufffd ü+…$/u),
    });
  });

  it("abort the handler and fail with the signal's reason when the caller cancels", async () => {
    const seen = deferred<CallContext>();
    const { generator } = await startLoopback({
      propose: async (_request, context) => {
        seen.resolve(context);
        await aborted(context.signal);
        return noProposals;
      },
    });
    const controller = new AbortController();
    const call = callUnary(generator, "proposeCandidates", candidatesRequest, {
      signal: controller.signal,
    });
    const { signal } = await seen.promise;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    expect(await aborted(signal)).toMatchObject({ code: "cancelled" });
  });

  it("do not send a call whose signal has aborted", async () => {
    const { generator } = await startLoopback({});
    const reason = new CollmError("failed-precondition", "the search is over");
    await expect(
      callUnary(generator, "proposeCandidates", candidatesRequest, {
        signal: AbortSignal.abort(reason),
      }),
    ).rejects.toBe(reason);
  });

  it("let both sides know when the deadline passes", async () => {
    const seen = deferred<CallContext>();
    const { generator } = await startLoopback({
      propose: async (_request, context) => {
        seen.resolve(context);
        await aborted(context.signal);
        return noProposals;
      },
    });
    const call = callUnary(generator, "proposeCandidates", candidatesRequest, { timeoutMs: 150 });
    await expect(call).rejects.toMatchObject({ code: "deadline-exceeded" });
    const { signal, deadline } = await seen.promise;
    expect(deadline?.getTime()).toBeLessThan(Date.now() + 100);
    expect(await aborted(signal)).toMatchObject({ code: "deadline-exceeded" });
  });

  it("let deadline and trace travel on, but no other metadata", async () => {
    const contexts: CallContext[] = [];
    const { generator } = await startLoopback({
      propose: async ({ count }, context) => {
        contexts.push(context);
        if (count === 0) return noProposals;
        const settings = { ...callSettingsOf(context), timeoutMs: 3_600_000 };
        return callUnary(
          generator,
          "proposeCandidates",
          { ...candidatesRequest, count: 0 },
          settings,
        );
      },
    });
    const metadata = new Metadata();
    metadata.set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    metadata.set("authorization", "Bearer key");
    await callUnary(generator, "proposeCandidates", candidatesRequest, {
      timeoutMs: 5_000,
      metadata,
    });
    const [first, second] = contexts;
    expect(first?.metadata.get("authorization")).toEqual(["Bearer key"]);
    expect(second?.metadata.get("authorization")).toEqual([]);
    expect(second?.metadata.get("traceparent")).toEqual(metadata.get("traceparent"));
    const difference = Number(first?.deadline) - Number(second?.deadline);
    expect(Math.abs(difference)).toBeLessThan(500);
  });

  it("refuse messages above 16 MiB with a typed error and carry those below", async () => {
    const { generator } = await startLoopback({});
    const send = (mebibytes: number) =>
      callUnary(generator, "proposeCandidates", {
        ...candidatesRequest,
        strategy: "x".repeat(mebibytes * 1024 * 1024),
      });
    await expect(send(5)).resolves.toEqual(noProposals);
    await expect(send(17)).rejects.toMatchObject({ code: "resource-exhausted" });
  });

  it("say unavailable when nobody listens", async () => {
    const { generator, server, address } = await startLoopback({});
    await server.drain(0);
    await expect(
      callUnary(generator, "proposeCandidates", candidatesRequest),
    ).rejects.toMatchObject({
      code: "unavailable",
      message: `cannot connect to ${address} (ECONNREFUSED)`,
    });
  });
});
