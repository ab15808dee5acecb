import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const path = "/api/v1/namespaces/collm/pods/evaluator-7f";

/** Key and certificate of 127.0.0.1, which is its own authority; made with the `openssl` program. */
export async function makeCertificate(folder: string, name: string) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-subj", `/CN=collm test ${name}`, "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"],
    ...["-keyout", key, "-out", cert],
  ]);
  return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
}

/** Plays the API server: takes a merge patch of one pod from whoever has the token of the moment. */
export class ApiServer {
  token = "token-1";
  /** Status of every answer while it is set. */
  failure: number | undefined;
  /** What each request waits for before it is answered. */
  gate: Promise<void> = Promise.resolve();
  requests = 0;
  /** The costs that it was told and took. */
  readonly costs: string[] = [];
  readonly #server: Server;

  constructor(tls: { readonly key: string; readonly cert: string }) {
    this.#server = createServer(tls, (request, response) => void this.#answer(request, response));
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    let body = "";
    for await (const piece of request) body += piece;
    await this.gate;
    const { method, url, headers } = request;
    const status =
      headers.authorization !== `Bearer ${this.token}`
        ? 401
        : method !== "PATCH" || url !== path
          ? 404
          : headers["content-type"] !== "application/merge-patch+json"
            ? 415
            : (this.failure ?? 200);
    if (status === 200) {
      this.costs.push(
        JSON.parse(body).metadata.annotations["controller.kubernetes.io/pod-deletion-cost"],
      );
    }
    const answer = status === 200 ? { kind: "Pod" } : { kind: "Status", message: "not for you" };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }
}
