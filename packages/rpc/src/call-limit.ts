import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from "@grpc/grpc-js";

/** A server that has much to do is not dead. */
const healthPrefix = "/grpc.health.v1.Health/";

/** Refuses calls beyond `maxCalls` at once as RESOURCE_EXHAUSTED, but never health checks. */
export function createCallLimit(maxCalls: number): ServerInterceptor {
  let active = 0;
  return (definition, call) => {
    if (definition.path.startsWith(healthPrefix)) return new ServerInterceptingCall(call);
    const isRefused = active >= maxCalls;
    if (!isRefused) active += 1;
    let isOver = isRefused;
    const end = () => {
      if (!isOver) active -= 1;
      isOver = true;
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        if (!isRefused) return next(metadata);
        const details = `calls: got one beside ${maxCalls} others, allowed are ${maxCalls} at once (COLLM_MAX_CONCURRENT_CALLS)`;
        call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details });
      })
      // Comes after every call, whoever ends it.
      .withOnCancel(end)
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((final, next) => {
        end();
        next(final);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}
