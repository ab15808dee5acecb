import { outputClosed } from "./output.js";

/** Where the user learns that a signal was heard. */
export interface StopListener {
  notice(line: string): void;
  /** Takes live lines away before the process ends. */
  end(): void;
}

/**
 * Aborted at the first SIGINT or SIGTERM, or when nobody reads the output any more; a second signal
 * ends the process at once. Nothing is lost either way, the journal can be resumed.
 */
export function stopSignal(listener: StopListener): AbortSignal {
  return hearStopSignals(listener).signal;
}

/** {@link stopSignal} for as long as `work` takes. */
export async function whileStoppable<T>(
  listener: StopListener,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, release } = hearStopSignals(listener);
  try {
    return await work(signal);
  } finally {
    release();
  }
}

function hearStopSignals(listener: StopListener): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      listener.end();
      process.exit(1);
    }
    // First whoever draws live lines stops, so that they do not erase the notice.
    controller.abort();
    listener.notice(`${name}: stopping, once more to stop at once`);
  };
  const onClosed = (): void => controller.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  outputClosed.addEventListener("abort", onClosed, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
      outputClosed.removeEventListener("abort", onClosed);
    },
  };
}
