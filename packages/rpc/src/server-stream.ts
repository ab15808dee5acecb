import { once } from "node:events";
import type { handleServerStreamingCall, ServerWritableStream } from "@grpc/grpc-js";
import { untilAborted } from "./abort.js";
import { type CallContext, openCall } from "./call-context.js";

/**
 * Makes a grpc-js handler of a function from request to a sequence of responses. The next response
 * is asked for only when the caller has taken the earlier ones (gRPC flow control). What the
 * sequence throws becomes the call's status after the responses before it. When the context's
 * signal aborts, the call ends at once and the sequence's `return` is called, so that `finally`
 * blocks run; a sequence that waits for something must pass the signal on.
 */
export function serverStream<Request, Response>(
  handler: (request: Request, context: CallContext) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    void answer(call, handler);
  };
}

async function answer<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  handler: (request: Request, context: CallContext) => AsyncIterable<Response>,
): Promise<void> {
  const open = openCall(call);
  const { context } = open;
  let responses: AsyncIterator<Response> | undefined;
  try {
    const sequence = open.run(() => handler(call.request, context))[Symbol.asyncIterator]();
    responses = sequence;
    for (;;) {
      const next = await untilAborted(
        open.run(() => sequence.next()),
        context.signal,
      );
      if (next.done) break;
      if (!call.write(next.value)) await once(call, "drain", { signal: context.signal });
    }
    call.end();
  } catch (thrown) {
    // grpc-js turns the event into the call's final status.
    call.emit("error", open.statusOf(thrown));
    // Not awaited: a generator that waits for something returns only when that has come.
    responses?.return?.().catch(() => undefined);
  } finally {
    open.close();
  }
}
