import { CollmError } from "@collm/errors";
import type { coordinator } from "@collm/proto";
import { type SearchEvent, searchEventSchema } from "@collm/search";
import { parseJsonField } from "./json-field.js";

/** A line of the journal as a message; the fields besides `json` are for filters. */
export function toProtoEvent(event: SearchEvent): coordinator.SearchEvent {
  const { seq, searchId, type, at } = event;
  return { seq, searchId, type, at: new Date(at), json: JSON.stringify(event) };
}

/** Throws `invalid-argument` when `json` is not an event that this version knows. */
export function fromProtoEvent(event: coordinator.SearchEvent): SearchEvent {
  const parsed = searchEventSchema.safeParse(parseJsonField("event.json", event.json));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ["event.json", ...(issue?.path ?? [])].map(String).join(".");
  throw new CollmError("invalid-argument", `${path}: ${issue?.message ?? "is no event"}`);
}
