import type { Output } from "./output.js";

/**
 * Aborted at the first SIGINT or SIGTERM; a second one ends the process at once. Nothing is lost
 * either way, the journal can be resumed.
 */
export function stopSignal(output: Output): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(1);
    output.say(`${name}: stopping, once more to stop at once`);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
