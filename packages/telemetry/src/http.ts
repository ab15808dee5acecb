import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CollmError } from "@collm/errors";
import type { Metrics } from "./metrics.js";

export interface HttpOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Whether the process has loaded what it needs and its event loop turns. Never "a neighbour is up". */
  isHealthy(): boolean | Promise<boolean>;
}

export interface HttpPages {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/metrics` (Prometheus text) and `/healthz` (200 `ok` or 503 `unhealthy`).
 * Throws `invalid-argument` when the port cannot be listened on.
 */
export async function startHttp(options: HttpOptions): Promise<HttpPages> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new CollmError(
          "invalid-argument",
          `COLLM_HOST and COLLM_METRICS_PORT: cannot listen on ${options.host}:${options.port} (${error.message})`,
          { cause: error },
        ),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Scrapers keep their connections open; nothing on them is worth waiting for.
        server.closeAllConnections();
      }),
  };
}

async function answer(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split("?", 1)[0];
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
  } else if (path === "/metrics") {
    const text = await options.metrics.render();
    response.writeHead(200, { "content-type": options.metrics.contentType }).end(text);
  } else if (path === "/healthz") {
    const isHealthy = await isTrue(options.isHealthy);
    response.writeHead(isHealthy ? 200 : 503, { "content-type": "text/plain" });
    response.end(isHealthy ? "ok\n" : "unhealthy\n");
  } else {
    response.writeHead(404, { "content-type": "text/plain" }).end("/metrics or /healthz\n");
  }
}

async function isTrue(check: HttpOptions["isHealthy"]): Promise<boolean> {
  try {
    return await check();
  } catch {
    return false;
  }
}
