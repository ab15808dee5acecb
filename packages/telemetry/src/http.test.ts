import { afterEach, describe, expect, it } from "vitest";
import { type HttpPages, startHttp } from "./http.js";
import { createMetrics } from "./metrics.js";

describe("startHttp", () => {
  const open: HttpPages[] = [];
  afterEach(() => Promise.all(open.splice(0).map((pages) => pages.close())));

  async function start(isHealthy: () => boolean | Promise<boolean> = () => true) {
    const metrics = createMetrics("generator");
    const pages = await startHttp({ host: "127.0.0.1", port: 0, metrics, isHealthy });
    open.push(pages);
    const get = (path: string, method = "GET") =>
      fetch(`http://127.0.0.1:${pages.port}${path}`, { method });
    return { metrics, pages, get };
  }

  it("serves process metrics and own ones, prefixed and labelled with the service", async () => {
    const { metrics, get } = await start();
    metrics.counter({ name: "calls_total", help: "Calls", labels: ["code"] }).inc({ code: "OK" });
    const response = await get("/metrics");
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(text).toContain('collm_calls_total{code="OK",service="generator"} 1');
    expect(text).toContain("collm_process_cpu_seconds_total");
    expect(text).toContain("collm_nodejs_eventloop_lag_max_seconds");
  });

  it("answers /healthz with 200 while healthy, else 503, also when the check throws", async () => {
    expect((await (await start()).get("/healthz")).status).toBe(200);
    expect((await (await start(() => false)).get("/healthz")).status).toBe(503);
    const throwing = await start(() => Promise.reject(new Error("no")));
    expect((await throwing.get("/healthz")).status).toBe(503);
  });

  it("refuses other paths and methods", async () => {
    const { get } = await start();
    expect((await get("/")).status).toBe(404);
    expect((await get("/metrics", "POST")).status).toBe(405);
  });

  it("names host and port when it cannot listen", async () => {
    const { pages, metrics } = await start();
    const second = startHttp({
      host: "127.0.0.1",
      port: pages.port,
      metrics,
      isHealthy: () => true,
    });
    await expect(second).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(
        `COLLM_HOST and COLLM_METRICS_PORT: cannot listen on 127.0.0.1:${pages.port}`,
      ),
    });
  });
});

describe("createMetrics", () => {
  it("gives the same metric for the same name", () => {
    const metrics = createMetrics("generator");
    const text = { name: "seconds", help: "Seconds" };
    expect(metrics.histogram(text)).toBe(metrics.histogram(text));
  });

  it("keeps the metrics of two services apart", async () => {
    const [first, second] = [createMetrics("a"), createMetrics("b")];
    first.counter({ name: "calls_total", help: "Calls" }).inc();
    expect(await second.render()).not.toContain("collm_calls_total");
  });
});
