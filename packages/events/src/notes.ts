import type { NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import { anyNoteSubject, noteSubject } from "./names.js";
import { parseJson } from "./parse-json.js";

const noteSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("started"), key: z.string() }),
  /** The result is in the evaluation store. */
  z.strictObject({ kind: z.literal("finished"), key: z.string(), isStored: z.boolean() }),
]);

/**
 * What evaluators tell of their work as plain messages. Nothing follows from a note alone: a result
 * is in the store, a failure among the dead letters. Notes say it sooner, and count starts.
 */
export type Note = z.infer<typeof noteSchema>;

export function tellNote(connection: NatsConnection, note: Note): void {
  connection.publish(noteSubject(note.key), JSON.stringify(note));
}

/** Calls `onNote` for every note until the connection closes or `stop` is called. */
export function hearNotes(
  connection: NatsConnection,
  onNote: (note: Note) => void,
): { readonly stop: () => void } {
  const subscription = connection.subscribe(anyNoteSubject, {
    callback: (error, message) => {
      if (error) return;
      const parsed = noteSchema.safeParse(parseJson(message.string()));
      if (parsed.success) onNote(parsed.data);
    },
  });
  return { stop: () => subscription.unsubscribe() };
}
