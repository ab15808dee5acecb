import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a server does to one request instead of answering it. */
export type Trouble =
  | { readonly kind: "status"; readonly status: number }
  /** Sends that many bytes, then the connection breaks, or no more comes. */
  | { readonly kind: "cut" | "hang"; readonly afterBytes: number };

/** A real HTTP server with one file, ranges and troubles: the first request has the first, and so on. */
export class FileServer {
  content: Buffer;
  troubles: (Trouble | undefined)[] = [];
  hasRanges = true;
  /** `Range` of each request, or an empty text. */
  readonly ranges: string[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #port = 0;

  private constructor(content: Buffer) {
    this.content = content;
  }

  static async start(content: Buffer): Promise<FileServer> {
    const server = new FileServer(content);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    server.#port = (server.#server.address() as AddressInfo).port;
    onTestFinished(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  /** With a signature, as object storage hands them out. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/store/weights.pth?signature=secret`;
  }

  #answer({ headers }: IncomingMessage, response: ServerResponse): void {
    this.ranges.push(headers.range ?? "");
    const trouble = this.troubles.shift();
    if (trouble?.kind === "status") {
      response.writeHead(trouble.status).end();
      return;
    }
    const from = this.hasRanges ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0) : 0;
    const { length } = this.content;
    if (from > 0 && from >= length) {
      response.writeHead(416).end();
      return;
    }
    const range = from > 0 ? { "content-range": `bytes ${from}-${length - 1}/${length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { "content-length": length - from, ...range });
    if (trouble === undefined) {
      response.end(this.content.subarray(from));
      return;
    }
    response.write(this.content.subarray(from, from + trouble.afterBytes), () => {
      if (trouble.kind === "cut") response.destroy();
    });
  }
}
