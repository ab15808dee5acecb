import type { handleUnaryCall, ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { untilAborted } from "./abort.js";
import { type CallContext, openCall } from "./call-context.js";

/**
 * Makes a grpc-js handler of a function from request to response. What the function throws becomes
 * the call's status (see `toRpcStatus`). When the context's signal aborts, the caller is
 * answered at once; the function should notice and stop.
 */
export function unary<Request, Response>(
  handler: (request: Request, context: CallContext) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void answer(call, callback, handler);
  };
}

async function answer<Request, Response>(
  call: ServerUnaryCall<Request, Response>,
  callback: sendUnaryData<Response>,
  handler: (request: Request, context: CallContext) => Promise<Response>,
): Promise<void> {
  const open = openCall(call);
  const { context } = open;
  const outcome = await untilAborted(
    open.run(() => invoke(handler, call.request, context)),
    context.signal,
  ).then(
    (response) => ({ response }),
    (thrown: unknown) => ({ thrown }),
  );
  if ("response" in outcome) callback(null, outcome.response);
  else callback(open.statusOf(outcome.thrown));
  open.close();
}

/** Async, so that a handler that throws before its first await rejects like any other. */
async function invoke<Request, Response>(
  handler: (request: Request, context: CallContext) => Promise<Response>,
  request: Request,
  context: CallContext,
): Promise<Response> {
  return handler(request, context);
}
