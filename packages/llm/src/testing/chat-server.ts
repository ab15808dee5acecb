import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the server treats one request; the last behaviour of a list repeats. */
export type ChatBehaviour =
  /** Streams the pieces; `reasoning` goes first in the field of that name. */
  | {
      readonly kind: "answer";
      readonly pieces: readonly string[];
      readonly reasoning?: string | undefined;
      readonly reasoningField?: "reasoning" | "reasoning_content" | undefined;
      readonly finish?: string | undefined;
      readonly usage?: unknown;
      readonly refusal?: string | undefined;
    }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** 200 and then these bytes, whatever they are. */
  | { readonly kind: "raw"; readonly body: string; readonly contentType?: string | undefined }
  /** Some pieces, then the socket dies (`cut`) or the response ends politely (`end`). */
  | { readonly kind: "truncated"; readonly pieces: readonly string[]; readonly how: "cut" | "end" }
  /** Accepts the request and never answers, after these pieces if there are any. */
  | { readonly kind: "hang"; readonly pieces?: readonly string[] | undefined };

/** A request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the client went away before the response was complete. */
  isAborted: boolean;
}

export interface ChatServer {
  /** Up to and including `/v1`. */
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A behaviour, or a function that chooses one by the request. */
export type ChatScript =
  | readonly ChatBehaviour[]
  | ((request: SeenRequest, index: number) => ChatBehaviour | Promise<ChatBehaviour>);

/** A real HTTP server on loopback that speaks the OpenAI chat completions protocol, well or badly. */
export async function startChatServer(script: ChatScript): Promise<ChatServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void handle(script, seen, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  script: ChatScript,
  seen: SeenRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const entry: SeenRequest = {
    path: request.url ?? "",
    authorization: request.headers.authorization,
    body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
    isAborted: false,
  };
  const index = seen.push(entry) - 1;
  response.on("close", () => {
    entry.isAborted = !response.writableFinished;
  });
  const behaviour =
    typeof script === "function"
      ? await script(entry, index)
      : script[Math.min(index, script.length - 1)];
  if (behaviour) behave(behaviour, response);
}

function behave(behaviour: ChatBehaviour, response: ServerResponse): void {
  const send = (data: unknown): void => {
    response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  };
  const piece = (delta: unknown, finish: string | null = null): void =>
    send({
      id: "answer-1",
      object: "chat.completion.chunk",
      created: 0,
      model: "test-model",
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  switch (behaviour.kind) {
    case "answer": {
      response.writeHead(200, { "content-type": "text/event-stream" });
      piece({ role: "assistant", content: "" });
      if (behaviour.reasoning !== undefined) {
        piece({ [behaviour.reasoningField ?? "reasoning"]: behaviour.reasoning });
      }
      for (const content of behaviour.pieces) piece({ content });
      if (behaviour.refusal !== undefined) piece({ refusal: behaviour.refusal });
      piece({}, behaviour.finish ?? "stop");
      if (behaviour.usage !== undefined) {
        send({ id: "answer-1", model: "test-model", choices: [], usage: behaviour.usage });
      }
      send("[DONE]");
      response.end();
      return;
    }
    case "status":
      response.writeHead(behaviour.status, {
        "content-type": "application/json",
        ...behaviour.headers,
      });
      response.end(JSON.stringify(behaviour.body ?? { error: { message: "no", type: "test" } }));
      return;
    case "raw":
      response.writeHead(200, { "content-type": behaviour.contentType ?? "text/event-stream" });
      response.end(behaviour.body);
      return;
    case "truncated":
    case "hang":
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const content of behaviour.pieces ?? []) piece({ content });
      response.flushHeaders();
      if (behaviour.kind === "hang") return;
      if (behaviour.how === "end") response.end();
      else setImmediate(() => response.destroy());
  }
}
