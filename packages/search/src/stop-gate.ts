import type { InterruptionCause } from "./events.js";

/** Why a running search is told to stop: the user's cancellation, or the service's shutdown. */
export type StopRequest =
  | { readonly kind: "cancel" }
  | {
      readonly kind: "shutdown";
      readonly reason: string;
      /** Journaled with the reason; absent where nobody should go on by himself. */
      readonly cause?: InterruptionCause | undefined;
    };

/**
 * Lets the loop go at once when it is told to stop, even if a port takes no notice of its
 * signal: the port's later answer is dropped, and nothing it does can reach the journal.
 */
export class StopGate {
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<() => void>();
  readonly #onAbort = (): void => {
    for (const leave of [...this.#waiting]) leave();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** What the search was told, if it was told to stop. */
  get request(): StopRequest | undefined {
    if (!this.#signal.aborted) return undefined;
    const reason: unknown = this.#signal.reason;
    if (isStopRequest(reason)) return reason;
    return { kind: "shutdown", reason: reason instanceof Error ? reason.message : String(reason) };
  }

  throwIfStopped(): void {
    this.#signal.throwIfAborted();
  }

  /**
   * Settles with `work`, or rejects with the signal's reason as soon as the search must stop.
   * Each piece of work gets a signal of its own: dozens may listen at once, and Node warns of a
   * leak when more than ten listen to the same one.
   */
  async guard<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.throwIfStopped();
    const own = new AbortController();
    let leave: () => void = () => undefined;
    const stopped = new Promise<never>((_, reject) => {
      leave = () => {
        reject(this.#signal.reason);
        own.abort(this.#signal.reason);
      };
    });
    this.#waiting.add(leave);
    try {
      return await Promise.race([work(own.signal), stopped]);
    } finally {
      this.#waiting.delete(leave);
    }
  }

  /** Stops listening; the signal may outlive the search. */
  close(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}

function isStopRequest(value: unknown): value is StopRequest {
  if (typeof value !== "object" || value === null) return false;
  const { kind, reason } = value as { kind?: unknown; reason?: unknown };
  return kind === "cancel" || (kind === "shutdown" && typeof reason === "string");
}
