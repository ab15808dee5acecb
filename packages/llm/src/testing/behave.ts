import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatBehaviour } from "./chat-behaviour.js";
import type { FlavourWays } from "./flavours.js";

/** Does to a response what the behaviour says, in the ways of a flavour. */
export async function behave(
  behaviour: ChatBehaviour,
  ways: FlavourWays,
  response: ServerResponse,
): Promise<void> {
  const send = (data: unknown): void => {
    response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  };
  const piece = (delta: unknown, finish: string | null = null): void =>
    send({
      id: "answer-1",
      object: "chat.completion.chunk",
      created: 0,
      model: "test-model",
      ...ways.chunkFields,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  const beginStream = (): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const comment of ways.comments) response.write(`${comment}\n\n`);
  };
  switch (behaviour.kind) {
    case "answer": {
      if (behaviour.firstByteMs !== undefined) await sleep(behaviour.firstByteMs);
      beginStream();
      piece({ role: "assistant", content: "" });
      if (behaviour.reasoning !== undefined) {
        piece({ [behaviour.reasoningField ?? ways.reasoningField]: behaviour.reasoning });
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
    case "whole": {
      const message = { role: "assistant", content: behaviour.text };
      sendJson(response, 200, {
        id: "answer-1",
        object: "chat.completion",
        model: "test-model",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage: behaviour.usage,
      });
      return;
    }
    case "status":
      sendJson(
        response,
        behaviour.status,
        behaviour.body ?? { error: { message: "no", type: "test" } },
        behaviour.headers,
      );
      return;
    case "raw":
      response.writeHead(behaviour.status ?? 200, {
        "content-type": behaviour.contentType ?? "text/event-stream",
      });
      response.end(behaviour.body);
      return;
    case "endless": {
      const isDocument = behaviour.how === "document";
      response.writeHead(200, {
        "content-type": isDocument ? "application/json" : "text/event-stream",
      });
      const text = "x".repeat(2 ** 16);
      if (isDocument) response.write('{"choices": [{"message": {"content": "');
      if (behaviour.how === "line") response.write("data: ");
      while (!response.destroyed) {
        if (behaviour.how === "pieces") piece({ content: text });
        else response.write(text);
        await drained(response);
      }
      return;
    }
    case "truncated":
    case "hang":
      beginStream();
      for (const content of behaviour.pieces ?? []) piece({ content });
      response.flushHeaders();
      if (behaviour.kind === "hang") return;
      if (behaviour.how === "end") response.end();
      else setImmediate(() => response.destroy());
  }
}

/** Resolves when the client has taken what was written, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (!response.writableNeedDrain || response.destroyed) {
      setImmediate(resolve);
      return;
    }
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
