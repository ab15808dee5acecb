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
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  outputClosed.addEventListener("abort", () => controller.abort(), { once: true });
  return controller.signal;
}
