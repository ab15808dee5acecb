import { describe, expect, it, onTestFinished } from "vitest";
import { obedient } from "../testing/chat-behaviour.js";
import { startChatServer } from "../testing/chat-server.js";
import { question } from "../testing/scripted-backend.js";
import { createRoleBackend } from "./create-role-backend.js";
import { EndpointPool } from "./endpoint-pool.js";

const never = () => new AbortController().signal;
const asking = { timeoutMs: 5_000, retries: 1, backoffMs: 1, breakerFailures: 1 };

describe("createRoleBackend", () => {
  it("leaves an address alone for all its models, and goes to another one at once", async () => {
    const down = await startChatServer([{ kind: "status", status: 500 }]);
    const up = await startChatServer(obedient);
    onTestFinished(async () => {
      await down.close();
      await up.close();
    });
    const { baseUrl } = down;
    const backend = await createRoleBackend(
      [
        { kind: "vllm", baseUrl, model: "a" },
        { kind: "vllm", baseUrl, model: "b" },
        { kind: "ollama", baseUrl: up.baseUrl, model: "c" },
      ],
      asking,
    );
    expect(backend).toMatchObject({ name: "vllm", model: "a" });
    const first = await backend.complete(question, never());
    expect(first.attempts.map(({ body, backend }) => [backend, Object(body).model])).toEqual([
      ["vllm", "a"],
      ["vllm", "a"],
      ["ollama", "c"],
    ]);
    expect((await backend.complete(question, never())).attempts).toHaveLength(1);
    expect(down.seen).toHaveLength(2);
  });

  it("goes on with what it knows of endpoints that a new configuration leaves as they are", async () => {
    const down = await startChatServer([{ kind: "status", status: 500 }]);
    const plain = await startChatServer(obedient, { format: "refused" });
    onTestFinished(async () => {
      await down.close();
      await plain.close();
    });
    const pool = new EndpointPool();
    const known = { kind: "vllm", baseUrl: plain.baseUrl, model: "b" } as const;
    const asked = { ...question, responseSchema: { type: "object", required: ["a"] } };
    const configured = (temperature: number, model: string, more = {}) =>
      createRoleBackend([{ baseUrl: down.baseUrl, model }, known], {
        ...{ ...asking, retries: 0, pool, ...more },
      }).then((backend) => backend.complete({ ...asked, temperature }, never()));

    // Both are learnt: one is down, the other takes no schema and no JSON mode.
    expect((await configured(0.6, "a")).attempts).toHaveLength(4);
    // Another setting and another model at the address that is down: neither is asked again.
    expect((await configured(0.1, "c")).attempts).toMatchObject([{ backend: "vllm" }]);
    const refused = createRoleBackend([{ kind: "replay", name: "x", directory: "/nowhere" }], {
      ...{ ...asking, pool },
    });
    await expect(refused).rejects.toMatchObject({ code: "not-found" });
    expect((await configured(0.2, "c")).attempts).toHaveLength(1);
    expect((await configured(0.2, "c", { breakerFailures: 2 })).attempts).toHaveLength(2);
    expect([down.seen.length, plain.seen.length]).toEqual([2, 6]);
  });

  it("limits requests to an address over all who ask there, and names a price", async () => {
    let underWay = 0;
    let most = 0;
    const server = await startChatServer((request) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => underWay--, 20);
      return { ...obedient(request), firstByteMs: 30 };
    });
    onTestFinished(() => server.close());
    const price = { input: 1, output: 2 };
    const backend = await createRoleBackend(
      [{ baseUrl: server.baseUrl, model: "a", limits: { maxConcurrent: 1 }, price }],
      asking,
    );
    const outcomes = await Promise.all([1, 2, 3].map(() => backend.complete(question, never())));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["answered", "answered", "answered"]);
    expect(most).toBe(1);
    expect(outcomes[0]?.attempts[0]?.price).toEqual(price);
  });
});
