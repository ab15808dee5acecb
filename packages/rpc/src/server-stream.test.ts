import { CollmError } from "@collm/errors";
import type { navigator } from "@collm/proto";
import { describe, expect, it } from "vitest";
import { callStream } from "./call.js";
import { aborted, deferred, startLoopback, strategyRequest, textPiece } from "./test-support.js";

async function collect(responses: AsyncIterable<navigator.ProposeStrategyResponse>) {
  const texts: unknown[] = [];
  let failure: unknown;
  try {
    for await (const { event } of responses) texts.push(event?.value);
  } catch (error) {
    failure = error;
  }
  return { texts, failure };
}

describe("serverStream and callStream", () => {
  it("carry responses in order and end", async () => {
    const { navigator } = await startLoopback({
      async *strategise() {
        for (const text of ["a", "b", "c"]) yield textPiece(text);
      },
    });
    expect(await collect(callStream(navigator, "proposeStrategy", strategyRequest))).toEqual({
      texts: ["a", "b", "c"],
      failure: undefined,
    });
  });

  it("bring an error across after the responses before it", async () => {
    const { navigator } = await startLoopback({
      async *strategise() {
        yield textPiece("a");
        throw new CollmError("failed-precondition", "no more");
      },
    });
    const { texts, failure } = await collect(
      callStream(navigator, "proposeStrategy", strategyRequest),
    );
    expect(texts).toEqual(["a"]);
    expect(failure).toMatchObject({ code: "failed-precondition", message: "no more" });
  });

  it("do not lose an error that comes before the first response", async () => {
    const { navigator } = await startLoopback({
      strategise: () => {
        throw new CollmError("not-found", "no such search");
      },
    });
    const { failure } = await collect(callStream(navigator, "proposeStrategy", strategyRequest));
    expect(failure).toMatchObject({ code: "not-found", message: "no such search" });
  });

  it("stop producing while the caller takes no more", async () => {
    let produced = 0;
    const stalled = deferred();
    const piece = textPiece("x".repeat(256 * 1024));
    const { navigator } = await startLoopback({
      async *strategise(_request, { signal }) {
        while (!signal.aborted) {
          produced += 1;
          const count = produced;
          // Nothing was asked for in a while: flow control holds the sequence back.
          setTimeout(() => count === produced && stalled.resolve(), 300);
          yield piece;
        }
      },
    });
    const responses = callStream(navigator, "proposeStrategy", strategyRequest)[
      Symbol.asyncIterator
    ]();
    // grpc-js holds the sender back only once a first response was taken.
    await responses.next();
    await stalled.promise;
    const heldAt = produced;
    expect(heldAt).toBeLessThan(100);
    for (let taken = 1; taken <= heldAt; taken++) await responses.next();
    expect(produced).toBeGreaterThan(heldAt);
    await responses.return?.();
  });

  it("run the sequence's finally block when the caller leaves the loop", async () => {
    const finished = deferred<string>();
    const { navigator } = await startLoopback({
      async *strategise(_request, { signal }) {
        try {
          yield textPiece("a");
          await aborted(signal);
          signal.throwIfAborted();
        } finally {
          finished.resolve(signal.reason.code);
        }
      },
    });
    for await (const _ of callStream(navigator, "proposeStrategy", strategyRequest)) break;
    expect(await finished.promise).toBe("cancelled");
  });

  it("end with the reason of the caller's signal", async () => {
    const { navigator } = await startLoopback({
      async *strategise(_request, { signal }) {
        yield textPiece("a");
        await aborted(signal);
      },
    });
    const controller = new AbortController();
    const reason = new CollmError("deadline-exceeded", "the search took too long");
    let failure: unknown;
    try {
      for await (const _ of callStream(navigator, "proposeStrategy", strategyRequest, {
        signal: controller.signal,
      })) {
        controller.abort(reason);
      }
    } catch (error) {
      failure = error;
    }
    expect(failure).toBe(reason);
  });

  it("end at the deadline though the handler goes on", async () => {
    const { navigator } = await startLoopback({
      async *strategise() {
        yield textPiece("a");
        await new Promise(() => undefined);
      },
    });
    const { texts, failure } = await collect(
      callStream(navigator, "proposeStrategy", strategyRequest, { timeoutMs: 300 }),
    );
    expect(texts).toEqual(["a"]);
    expect(failure).toMatchObject({ code: "deadline-exceeded" });
  });
});
