import { GeneratorServiceClient } from "@collm/proto";
import { expect, it, onTestFinished } from "vitest";
import { callUnary } from "./call.js";
import { connect } from "./channel.js";
import { checkHealth } from "./health.js";
import { candidatesRequest, deferred, noProposals, startLoopback } from "./test-support.js";
import { TestAuthority } from "./testing/test-authority.js";
import { describeWithOpenssl } from "./testing/with-openssl.js";
import { openTls } from "./tls/open-tls.js";

describeWithOpenssl("the health port", () => {
  it("tells in plaintext what the main port tells by TLS, and serves nothing else", async () => {
    const authority = await TestAuthority.create();
    onTestFinished(() => authority.remove());
    const tls = openTls(await authority.issue());
    const [begun, release] = [deferred(), deferred()];
    const { server, address, generator } = await startLoopback(
      {
        propose: async () => {
          begun.resolve();
          await release.promise;
          return noProposals;
        },
      },
      { tls, healthPort: 0 },
    );
    const probed = `127.0.0.1:${server.healthPort}`;
    const names = ["", "generator", "collm.generator.v1.GeneratorService", "readiness"];
    const alive = ["startup", "liveness"];
    const statuses = () =>
      Promise.all([...names, ...alive].map((name) => checkHealth(probed, { name })));
    expect(new Set(await statuses())).toEqual(new Set(["SERVING"]));
    for (const name of names) expect(await checkHealth(address, { tls, name })).toBe("SERVING");

    const client = connect(GeneratorServiceClient, probed);
    onTestFinished(() => client.close());
    await expect(callUnary(client, "proposeCandidates", candidatesRequest)).rejects.toThrow(
      /^UNIMPLEMENTED/,
    );

    // While calls under way end, the kubelet is told that no others are taken and that all is well.
    const call = callUnary(generator, "proposeCandidates", candidatesRequest);
    await begun.promise;
    const drained = server.drain(10_000);
    expect(await statuses()).toEqual([
      ...names.map(() => "NOT_SERVING"),
      ...alive.map(() => "SERVING"),
    ]);
    release.resolve();
    expect(await call).toEqual(noProposals);
    await drained;
    await expect(checkHealth(probed)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("names the address when it cannot listen, and leaves the main port free", async () => {
    const { server } = await startLoopback({});
    const port = server.port;
    await expect(startLoopback({}, { healthPort: port })).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
