import { once } from "node:events";
import { createMetrics } from "@collm/telemetry";
import { Client, credentials, type MethodDefinition } from "@grpc/grpc-js";
import { service } from "grpc-health-check";
import { describe, expect, it } from "vitest";
import { callStream, callUnary } from "./call.js";
import { checkHealth } from "./health.js";
import { retryUnavailable } from "./retry.js";
import {
  aborted,
  candidatesRequest,
  deferred,
  noProposals,
  startLoopback,
  strategyRequest,
  textPiece,
} from "./test-support.js";

describe("startServer", () => {
  it("answers health checks for the server, each service's name and its full name", async () => {
    const { server, address } = await startLoopback({});
    const names = ["", "generator", "collm.navigator.v1.NavigatorService"];
    for (const name of names) expect(await checkHealth(address, { name })).toBe("SERVING");
    server.setServing(false);
    for (const name of names) expect(await checkHealth(address, { name })).toBe("NOT_SERVING");
    await expect(checkHealth(address, { name: "evaluator" })).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("counts calls by method and status and measures them", async () => {
    const metrics = createMetrics("test");
    const { generator, navigator } = await startLoopback(
      {
        propose: async ({ count }) => {
          if (count === 0) throw new RangeError("zero");
          return noProposals;
        },
        async *strategise(_request, { signal }) {
          yield textPiece("a");
          await aborted(signal);
        },
      },
      { metrics },
    );
    await callUnary(generator, "proposeCandidates", candidatesRequest);
    await callUnary(generator, "proposeCandidates", { ...candidatesRequest, count: 0 }).catch(
      () => undefined,
    );
    for await (const _ of callStream(navigator, "proposeStrategy", strategyRequest)) break;
    const counted = /rpc_server_calls_total\{.*ProposeStrategy",code="CANCELLED"/;
    await expect.poll(() => metrics.render(), { timeout: 15_000 }).toMatch(counted);
    const text = await metrics.render();
    const method = 'method="/collm.generator.v1.GeneratorService/ProposeCandidates"';
    expect(text).toContain(`calls_total{${method},code="OK",service="test"} 1`);
    expect(text).toContain(`calls_total{${method},code="INTERNAL",service="test"} 1`);
    expect(text).toContain(`collm_rpc_server_duration_seconds_count{service="test",${method}} 2`);
    expect(text).toMatch(/collm_rpc_server_active_calls\{.*ProposeStrategy".*\} 0/);
  });

  it("names the address when it cannot listen", async () => {
    const { server, address } = await startLoopback({});
    await expect(startLoopback({}, { port: server.port })).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(address),
    });
  });
});

describe("drain", () => {
  it("lets calls under way finish and takes no new ones", async () => {
    const [begun, release] = [deferred(), deferred()];
    const { server, generator, address } = await startLoopback({
      propose: async () => {
        begun.resolve();
        await release.promise;
        return noProposals;
      },
    });
    const call = callUnary(generator, "proposeCandidates", candidatesRequest);
    await begun.promise;
    const drained = server.drain(10_000);
    expect(server.isServing).toBe(false);
    await expect(checkHealth(address)).rejects.toMatchObject({ code: "unavailable" });
    release.resolve();
    await expect(call).resolves.toEqual(noProposals);
    await drained;
  });

  it("tells health watchers first, and cannot be made to serve again", async () => {
    const { server, address } = await startLoopback({});
    const client = new Client(address, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = service.Watch as MethodDefinition<
      { service: string },
      { status: string }
    >;
    const watch = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
      service: "generator",
    });
    watch.on("error", () => undefined);
    const [first] = await once(watch, "data");
    const second = once(watch, "data");
    const drained = server.drain(0);
    server.setServing(true);
    expect([first, ...(await second)]).toEqual([{ status: "SERVING" }, { status: "NOT_SERVING" }]);
    expect(server.isServing).toBe(false);
    await drained;
    client.close();
  });

  it("aborts what is left after the grace period; callers get unavailable", async () => {
    const begun = deferred<AbortSignal>();
    const { server, generator, navigator } = await startLoopback({
      propose: async (_request, { signal }) => {
        begun.resolve(signal);
        await new Promise(() => undefined);
        return noProposals;
      },
      async *strategise() {
        yield textPiece("a");
        await new Promise(() => undefined);
      },
    });
    const unaryCall = callUnary(generator, "proposeCandidates", candidatesRequest);
    const stream = callStream(navigator, "proposeStrategy", strategyRequest);
    const signal = await begun.promise;
    await stream.next();
    const drained = server.drain(50);
    await expect(unaryCall).rejects.toMatchObject({
      code: "unavailable",
      message: "the service is shutting down",
    });
    await expect(stream.next()).rejects.toMatchObject({ code: "unavailable" });
    expect(signal.reason).toMatchObject({ code: "unavailable" });
    await drained;
  });

  it("leaves the port free; a client that retries finds the next server on it", async () => {
    const { server, generator } = await startLoopback({});
    await callUnary(generator, "proposeCandidates", candidatesRequest);
    await server.drain(0);
    let next: Promise<unknown> | undefined;
    const answer = await retryUnavailable(
      () => callUnary(generator, "proposeCandidates", candidatesRequest),
      {
        maxWaitMs: 60_000,
        onRetry: () => {
          next ??= startLoopback({}, { port: server.port });
        },
      },
    );
    expect(answer).toEqual(noProposals);
    await next;
  });

  it("tells calls that never end by themselves that it has begun", async () => {
    const { server, navigator } = await startLoopback({
      async *strategise(_request, { draining }) {
        yield textPiece("a");
        await aborted(draining);
        yield textPiece("bye");
      },
    });
    const stream = callStream(navigator, "proposeStrategy", strategyRequest);
    await stream.next();
    const drained = server.drain(10_000);
    expect((await stream.next()).value).toEqual(textPiece("bye"));
    await drained;
  });
});
