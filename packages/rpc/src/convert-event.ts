import { CollmError, checkValue, fieldName } from "@collm/errors";
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
  const field = "event.json";
  const checked = checkValue(searchEventSchema, parseJsonField(field, event.json), (path) =>
    fieldName([field, ...path]),
  );
  if (checked.kind === "valid") return checked.value;
  throw new CollmError("invalid-argument", checked.problems.join("; "));
}
