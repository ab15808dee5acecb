import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { behave, sendJson } from "./behave.js";
import type { ChatScript, SeenRequest } from "./chat-behaviour.js";
import { type Flavour, type FlavourWays, type FormatSupport, flavours } from "./flavours.js";

export interface ChatServerOptions {
  /** Whose field names, errors and pages the server has. Default `openai`. */
  readonly flavour?: Flavour | undefined;
  /** The only model that it knows; absent knows every one. */
  readonly model?: string | undefined;
  /** The only key that it takes, as a bearer or in `api-key`; absent takes any. */
  readonly apiKey?: string | undefined;
  /** What it makes of `response_format`. Default the flavour's way; a script decides what is answered. */
  readonly format?: FormatSupport | undefined;
  /** Of the model, where the flavour tells it. Default 32,768. */
  readonly contextTokens?: number | undefined;
  /** Key and certificate in PEM, to speak TLS. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

export interface ChatServer {
  /** Up to and including `/v1`. */
  readonly baseUrl: string;
  /** Requests for an answer; those for other pages are not among them. */
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on loopback that speaks the OpenAI chat completions protocol, well or badly. */
export async function startChatServer(
  script: ChatScript,
  options: ChatServerOptions = {},
): Promise<ChatServer> {
  const seen: SeenRequest[] = [];
  const { tls } = options;
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(script, options, seen, request, response);
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `${tls ? "https" : "http"}://127.0.0.1:${port}/v1`,
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
  options: ChatServerOptions,
  seen: SeenRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const entry: SeenRequest = {
    method: request.method ?? "",
    path: request.url ?? "",
    authorization: request.headers.authorization,
    headers: request.headers,
    body: text === "" ? {} : JSON.parse(text),
    isAborted: false,
  };
  const ways = flavours[options.flavour ?? "openai"];
  const page = pageOf(entry, options, ways);
  const isQuestion = page === undefined && entry.method === "POST";
  const index = isQuestion ? seen.push(entry) - 1 : 0;
  response.on("close", () => {
    entry.isAborted = !response.writableFinished;
  });
  const refusal = refusalOf(entry, options, ways, isQuestion || page !== undefined);
  if (refusal) {
    sendJson(response, refusal.status, ways.errorBody(refusal.status, refusal.message));
    return;
  }
  if (page !== undefined) {
    sendJson(response, 200, page);
    return;
  }
  const behaviour =
    typeof script === "function"
      ? await script(entry, index)
      : script[Math.min(index, script.length - 1)];
  if (behaviour) await behave(behaviour, ways, response);
}

/** A page beside the answers; absent where the path has none. */
function pageOf(
  { path }: SeenRequest,
  { model = "test-model", contextTokens = 32_768 }: ChatServerOptions,
  ways: FlavourWays,
): unknown {
  return ways.pages(model, contextTokens)[path];
}

/** What the server does not take, whatever its script. */
function refusalOf(
  { path, headers, body }: SeenRequest,
  { apiKey, model, format }: ChatServerOptions,
  ways: FlavourWays,
  isKnown: boolean,
): { readonly status: number; readonly message: string } | undefined {
  const given = headers["api-key"] ?? headers.authorization?.toString().replace(/^Bearer /, "");
  if (apiKey !== undefined && given !== apiKey) {
    return { status: 401, message: `Incorrect API key provided: ${String(given)}` };
  }
  if (!isKnown) return { status: 404, message: `Not Found: ${path}` };
  if (model !== undefined && typeof body.model === "string" && body.model !== model) {
    return { status: 404, message: `The model ${body.model} does not exist.` };
  }
  const { type } = Object(body.response_format);
  const support = format ?? ways.format;
  const isTooMuch =
    (support === "json" && type === "json_schema") || (support === "refused" && type !== undefined);
  return isTooMuch ? ways.formatRefusal : undefined;
}
