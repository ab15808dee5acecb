import { carriedIn, failSpan, noSpan, rpc, startSpan } from "@collm/tracing";
import { type Metadata, status } from "@grpc/grpc-js";
import { context, type Span, SpanKind, trace } from "@opentelemetry/api";

/** The span of a call being answered; one that does nothing for a caller who names no trace. */
export interface ServerSpan {
  /** Runs a piece of the handler as part of the call. */
  run<T>(work: () => T): T;
  /** Told what the caller is told; without it the call was answered. */
  fail(code: status, message: string): void;
  end(): void;
}

/** Codes that say something of the server; the others are the caller's mistakes or wishes. */
const serverFaults: ReadonlySet<status> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

const untraced: ServerSpan = {
  run: (work) => work(),
  fail: () => undefined,
  end: () => undefined,
};

/** @param path `/package.Service/Method` */
export function startServerSpan(path: string, metadata: Metadata): ServerSpan {
  const parent = carriedIn((name) => metadata.get(name)[0]?.toString());
  const method = methodOf(path);
  const span = startSpan(method, {
    kind: SpanKind.SERVER,
    attributes: { [rpc.system]: "grpc", [rpc.method]: method },
    parent,
  });
  if (span === noSpan) return untraced;
  const own = trace.setSpan(parent, span);
  let code: status = status.OK;
  return {
    run: (work) => context.with(own, work),
    fail: (failed, message) => {
      code = failed;
      if (serverFaults.has(failed)) failSpan(span, status[failed], message);
    },
    end: () => endWith(span, code),
  };
}

/** Without the first slash: `package.Service/Method`. */
export function methodOf(path: string): string {
  return path.slice(1);
}

export function endWith(span: Span, code: status): void {
  span.setAttribute(rpc.statusCode, status[code]);
  span.end();
}
