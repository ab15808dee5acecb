import {
  type CallOptions,
  type Client,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { abortReason } from "./abort.js";
import { type CallSettings, toCallOptions } from "./call-settings.js";
import { fromServiceError } from "./status.js";

/** The most general overload of a generated unary method. */
type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** The most general overload of a generated server-streaming method. */
type StreamMethod<Request, Response> = (
  request: Request,
  metadata?: Metadata,
  options?: Partial<CallOptions>,
) => ClientReadableStream<Response>;

/** Methods of the generated client `C` itself, not those of grpc-js. */
type OwnKeys<C extends Client> = Exclude<keyof C, keyof Client> & string;

export type UnaryMethodName<C extends Client> = {
  [K in OwnKeys<C>]: C[K] extends StreamMethod<never, unknown> ? never : K;
}[OwnKeys<C>];

export type StreamMethodName<C extends Client> = {
  [K in OwnKeys<C>]: C[K] extends StreamMethod<never, unknown> ? K : never;
}[OwnKeys<C>];

type UnaryRequest<M> = M extends UnaryMethod<infer Request, infer _> ? Request : never;
type UnaryResponse<M> = M extends UnaryMethod<infer _, infer Response> ? Response : never;
type StreamRequest<M> = M extends StreamMethod<infer Request, infer _> ? Request : never;
type StreamResponse<M> = M extends StreamMethod<infer _, infer Response> ? Response : never;

const defaultUnaryTimeoutMs = 30_000;

/**
 * Calls a unary method. Throws a CollmError with the server's code and message; `unavailable` if
 * the server cannot be reached, `deadline-exceeded` after `timeoutMs` (default 30,000), and the
 * reason of `signal` (else `cancelled`) when that aborts.
 */
export function callUnary<C extends Client, K extends UnaryMethodName<C>>(
  client: C,
  method: K,
  request: UnaryRequest<C[K]>,
  settings: CallSettings = {},
): Promise<UnaryResponse<C[K]>> {
  const invoke = (client[method] as UnaryMethod<UnaryRequest<C[K]>, UnaryResponse<C[K]>>).bind(
    client,
  );
  const { signal } = settings;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = () => call.cancel();
    const call = invoke(
      request,
      settings.metadata ?? new Metadata(),
      toCallOptions(settings, defaultUnaryTimeoutMs),
      (error, response) => {
        signal?.removeEventListener("abort", onAbort);
        if (error === null) resolve(response);
        else reject(toError(client, error, signal));
      },
    );
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * Calls a server-streaming method. The call starts when the iteration does and is cancelled when
 * the iteration is left early. Throws like {@link callUnary}, after the responses that came
 * before the failure; without `timeoutMs` and `deadline` it may last for ever.
 */
export async function* callStream<C extends Client, K extends StreamMethodName<C>>(
  client: C,
  method: K,
  request: StreamRequest<C[K]>,
  settings: CallSettings = {},
): AsyncGenerator<StreamResponse<C[K]>, void, undefined> {
  const { signal } = settings;
  if (signal?.aborted) throw abortReason(signal);
  const invoke = (client[method] as StreamMethod<StreamRequest<C[K]>, StreamResponse<C[K]>>).bind(
    client,
  );
  const stream = invoke(
    request,
    settings.metadata ?? new Metadata(),
    toCallOptions(settings, undefined),
  );
  // grpc-js ends the stream before it emits the error, so the iteration below may miss it; and a
  // cancelled call emits one more that nobody else listens to.
  let failure: ServiceError | undefined;
  stream.on("error", (error) => {
    failure ??= error as ServiceError;
  });
  const onAbort = () => stream.cancel();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    yield* stream as AsyncIterable<StreamResponse<C[K]>>;
  } catch (error) {
    failure ??= error as ServiceError;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stream.cancel();
  }
  if (failure !== undefined) throw toError(client, failure, signal);
}

function toError(client: Client, error: ServiceError, signal: AbortSignal | undefined): Error {
  return signal?.aborted
    ? abortReason(signal)
    : fromServiceError(error, client.getChannel().getTarget());
}
