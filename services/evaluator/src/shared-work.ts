import type { ProgressListener } from "@collm/evaluation";
import { untilAborted } from "@collm/rpc";

export interface WorkOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: ProgressListener | undefined;
}

interface Piece<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  readonly listeners: Set<ProgressListener>;
  participants: number;
}

/**
 * Joins identical work: while a key's work is under way, whoever asks for it again gets the same
 * result. Leaving (the signal aborts) answers the one who leaves at once; the work itself is
 * stopped only when nobody is left.
 */
export class SharedWork<T> {
  readonly #pieces = new Map<string, Piece<T>>();
  #stopReason: unknown;

  async join(
    key: string,
    start: (options: Required<WorkOptions>) => Promise<T>,
    { signal, onProgress }: WorkOptions,
  ): Promise<T> {
    signal.throwIfAborted();
    if (this.#stopReason !== undefined) throw this.#stopReason;
    const piece = this.#pieces.get(key) ?? this.#begin(key, start);
    piece.participants++;
    if (onProgress) piece.listeners.add(onProgress);
    try {
      return await untilAborted(piece.result, signal);
    } finally {
      piece.participants--;
      if (onProgress) piece.listeners.delete(onProgress);
      if (piece.participants === 0) this.#abandon(key, piece, signal.reason);
    }
  }

  /** Stops all work; it rejects with `reason` once it has really ended. No more is begun. */
  stop(reason: Error): void {
    this.#stopReason = reason;
    for (const { stop } of this.#pieces.values()) stop.abort(reason);
  }

  #begin(key: string, start: (options: Required<WorkOptions>) => Promise<T>): Piece<T> {
    const stop = new AbortController();
    const listeners = new Set<ProgressListener>();
    const onProgress: ProgressListener = (progress) => {
      for (const listener of listeners) listener(progress);
    };
    const result = start({ signal: stop.signal, onProgress });
    // Everybody may have left before it fails.
    result.catch(() => undefined);
    const piece = { result, stop, listeners, participants: 0 };
    this.#pieces.set(key, piece);
    return piece;
  }

  /** Also called when the work is done; stopping it has no effect then. */
  #abandon(key: string, piece: Piece<T>, reason: unknown): void {
    if (this.#pieces.get(key) === piece) this.#pieces.delete(key);
    piece.stop.abort(reason);
  }
}
