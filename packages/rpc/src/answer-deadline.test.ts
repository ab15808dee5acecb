import { Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { answerSignal } from "./answer-deadline.js";

function contextOf(deadline: Date | undefined, signal = new AbortController().signal) {
  return { signal, deadline, draining: new AbortController().signal, metadata: new Metadata() };
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}

describe("answerSignal", () => {
  it("aborts before the deadline, so that there is time to answer", async () => {
    const signal = answerSignal(contextOf(new Date(Date.now() + 200)));
    const atDeadline = new Promise((resolve) => setTimeout(() => resolve("too late"), 200));
    expect(await Promise.race([aborted(signal), atDeadline])).toMatchObject({
      name: "TimeoutError",
    });
  });

  it("aborts when the call does, for its reason", () => {
    const controller = new AbortController();
    const signal = answerSignal(contextOf(new Date(Date.now() + 1e12), controller.signal));
    expect(signal.aborted).toBe(false);
    controller.abort("gone");
    expect(signal.reason).toBe("gone");
  });

  it("is the call's own signal where nothing limits the time", () => {
    const context = contextOf(undefined);
    expect(answerSignal(context)).toBe(context.signal);
  });
});
