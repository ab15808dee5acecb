import { describe, expect, it } from "vitest";
import { question, scriptedBackend } from "../testing/scripted-backend.js";
import { createChain } from "./chain.js";

const never = new AbortController().signal;
const refused = { code: "failed-precondition", isRetryable: false } as const;

describe("createChain", () => {
  it("asks the next one where one gives no answer, and tells who was asked", async () => {
    const [a, b, c] = [
      scriptedBackend("a", [refused]),
      scriptedBackend("b", ["hello"]),
      scriptedBackend("c", ["never"]),
    ];
    const chain = createChain([a, b, c]);
    const outcome = await chain.complete(question, never);
    expect(outcome).toMatchObject({ kind: "answered", text: "hello" });
    expect(outcome.attempts.map(({ backend, error }) => [backend, error])).toEqual([
      ["a", "failed-precondition"],
      ["b", undefined],
    ]);
    expect(c.asked).toBe(0);
  });

  it("gives all reasons where nobody answers", async () => {
    const chain = createChain([
      scriptedBackend("a", [refused]),
      scriptedBackend("b", [{ code: "unavailable" }]),
    ]);
    expect(await chain.complete(question, never)).toMatchObject({
      kind: "failed",
      code: "unavailable",
      reason: "a failed-precondition; b (b-model): b unavailable",
    });
  });

  it("asks nobody else for a caller who is gone", async () => {
    const second = scriptedBackend("b", ["hello"]);
    const chain = createChain([scriptedBackend("a", [{ code: "cancelled" }]), second]);
    expect(await chain.complete(question, AbortSignal.abort())).toMatchObject({ kind: "failed" });
    expect(second.asked).toBe(0);
  });
});
