import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";

/** Whether a write failed because something was written there meanwhile. */
export function isTaken(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}
