import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";

/**
 * grpc-js prints to standard error what it also reports as an error of the call or server. Our
 * log lines are JSON and each problem is told once, so its own are off unless
 * `GRPC_VERBOSITY` asks for them.
 */
export function silenceGrpc(): void {
  if (!process.env.GRPC_VERBOSITY) setLogVerbosity(logVerbosity.NONE);
}
