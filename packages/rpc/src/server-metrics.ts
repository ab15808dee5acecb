import type { Metrics } from "@collm/telemetry";
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from "@grpc/grpc-js";

/**
 * Counts calls by method and final status and measures how long they take. Calls of methods that
 * do not exist are not seen, so callers cannot invent label values.
 */
export function createServerMetrics(metrics: Metrics): ServerInterceptor {
  const calls = metrics.counter({
    name: "rpc_server_calls_total",
    help: "Calls that were answered, by method and gRPC status",
    labels: ["method", "code"],
  });
  const seconds = metrics.histogram({
    name: "rpc_server_duration_seconds",
    help: "Duration of calls from the request's headers to the final status",
    labels: ["method"],
  });
  const active = metrics.gauge({
    name: "rpc_server_active_calls",
    help: "Calls being answered",
    labels: ["method"],
  });

  return (definition, call) => {
    const method = definition.path;
    const startedAt = performance.now();
    active.inc({ method });
    let isEnded = false;
    const end = (code: status) => {
      if (isEnded) return;
      isEnded = true;
      active.dec({ method });
      calls.inc({ method, code: status[code] });
      seconds.observe({ method }, (performance.now() - startedAt) / 1000);
    };
    // Comes after every call; it matters for those that end without a status from the handler.
    const listener = new ServerListenerBuilder()
      .withOnCancel(() => {
        const hasTimedOut = Number(call.getDeadline()) <= Date.now();
        end(hasTimedOut ? status.DEADLINE_EXCEEDED : status.CANCELLED);
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((final, next) => {
        end(final.code);
        next(final);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}
