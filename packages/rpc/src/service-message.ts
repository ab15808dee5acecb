import type { ErrorCode } from "@collm/errors";

/** What a service tells the process that forked it. */
export type ServiceMessage =
  | {
      readonly kind: "ready";
      readonly port: number;
      /** Absent when metrics are off. */
      readonly metricsPort?: number | undefined;
      /** Absent unless health is told on a port of its own. */
      readonly healthPort?: number | undefined;
    }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string };

/** Reads an IPC message; undefined if it is not one of ours. */
export function parseServiceMessage(value: unknown): ServiceMessage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, port, metricsPort, healthPort, code, message } = value as Record<string, unknown>;
  if (kind === "ready" && typeof port === "number") {
    return {
      ...{ kind, port },
      ...(typeof metricsPort === "number" ? { metricsPort } : {}),
      ...(typeof healthPort === "number" ? { healthPort } : {}),
    };
  }
  if (kind === "failed" && typeof code === "string" && typeof message === "string") {
    return { kind, code: code as ErrorCode, message };
  }
  return undefined;
}
