import { copyFile } from "node:fs/promises";
import { createLogger, createMetrics } from "@collm/telemetry";
import { expect, it, onTestFinished } from "vitest";
import { startServer } from "../server.js";
import { TestAuthority } from "../testing/test-authority.js";
import { describeWithOpenssl } from "../testing/with-openssl.js";
import { openTls, type Tls } from "./open-tls.js";

const dayS = 86_400;

/** Gives how many seconds from now the certificate of a running server ends, by its metrics. */
async function observe(tls?: Tls): Promise<() => Promise<number | undefined>> {
  const metrics = createMetrics("test");
  const logger = createLogger({ service: "test", level: "silent" });
  const server = await startServer({
    ...{ services: [], host: "127.0.0.1", port: 0, logger, metrics, tls },
  });
  onTestFinished(() => server.drain(0));
  return async () => {
    const found = /^collm_tls_certificate_not_after\S+ (\S+)$/m.exec(await metrics.render());
    return found ? Number(found[1]) - Date.now() / 1000 : undefined;
  };
}

describeWithOpenssl("the end of the certificate in use", () => {
  it("is on the metrics page, and another one after it was renewed", async () => {
    const authority = await TestAuthority.create();
    onTestFinished(() => authority.remove());
    const files = await authority.issue({ days: 1 });
    const endsInS = await observe(openTls({ ...files, reloadMs: 20 }));
    expect(await endsInS()).toBeLessThanOrEqual(dayS);
    expect(await endsInS()).toBeGreaterThan(dayS - 60);
    const renewed = await authority.issue({ days: 3 });
    await copyFile(renewed.keyFile, files.keyFile);
    await copyFile(renewed.certFile, files.certFile);
    await expect.poll(endsInS).toBeGreaterThan(3 * dayS - 60);
  });

  it("has no value without TLS, since one of 0 would be an alert", async () => {
    expect(await (await observe())()).toBeUndefined();
  });
});
