import { carriedBy, common, failSpan, noSpan, rpc, startSpan } from "@collm/tracing";
import { InterceptingCall, type Interceptor, status } from "@grpc/grpc-js";
import { SpanKind } from "@opentelemetry/api";
import { endWith, methodOf } from "./server-span.js";

/**
 * Gives each call that is part of a trace a span and tells the server of it.
 *
 * @param address what the channel connects to, perhaps several places
 */
export function createClientSpans(address: string): Interceptor {
  return (options, nextCall) => {
    const method = methodOf(options.method_definition.path);
    const span = startSpan(method, {
      kind: SpanKind.CLIENT,
      attributes: {
        [rpc.system]: "grpc",
        [rpc.method]: method,
        [common.serverAddress]: address,
      },
    });
    if (span === noSpan) return new InterceptingCall(nextCall(options));
    return new InterceptingCall(nextCall(options), {
      start: (metadata, _, next) => {
        for (const [name, value] of Object.entries(carriedBy(span))) metadata.set(name, value);
        next(metadata, {
          onReceiveStatus: (received, nextStatus) => {
            const { code, details } = received;
            // Whoever has what he wanted of a stream cancels the rest.
            if (code !== status.OK && code !== status.CANCELLED) {
              failSpan(span, status[code], details);
            }
            endWith(span, code);
            nextStatus(received);
          },
        });
      },
    });
  };
}
