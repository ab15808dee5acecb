import { type SearchEvent, searchEventSchema } from "../events.js";

/** One field in which two events differ; undefined where an event lacks it. */
export interface FieldDifference {
  /** E.g. `candidates[2].notation.ks[0]`. */
  readonly field: string;
  readonly recorded: unknown;
  readonly made: unknown;
}

/** Fields that older journals lack. What was not journaled cannot be compared. */
const laterFields = ["requestDigest", "isRetryable"] as const;

/** Whether two events are the same line of a journal. */
export function isSameEvent(recorded: SearchEvent, made: SearchEvent): boolean {
  const comparable = comparableTo(recorded, made);
  return (
    JSON.stringify(recorded) === JSON.stringify(comparable) ||
    JSON.stringify(asRead(recorded)) === JSON.stringify(asRead(comparable))
  );
}

/** Every field in which they differ, in the order of the recorded event's fields. */
export function eventDifferences(
  recorded: SearchEvent,
  made: SearchEvent,
): readonly FieldDifference[] {
  return differences("", asRead(recorded), asRead(comparableTo(recorded, made)));
}

/** The made event with the recorded time, which is no decision, and without what is not recorded. */
function comparableTo(recorded: SearchEvent, made: SearchEvent): SearchEvent {
  const comparable: Record<string, unknown> = { ...made, at: recorded.at };
  for (const field of laterFields) {
    if (recorded.type === made.type && !(field in recorded)) delete comparable[field];
  }
  return comparable as SearchEvent;
}

/** The event as a journal would give it back: keys in the schema's order, nothing undefined. */
function asRead(event: SearchEvent): unknown {
  const value: unknown = JSON.parse(JSON.stringify(event));
  const read = searchEventSchema.safeParse(value);
  return read.success ? read.data : value;
}

function differences(field: string, recorded: unknown, made: unknown): FieldDifference[] {
  if (JSON.stringify(recorded) === JSON.stringify(made)) return [];
  if (!isTree(recorded) || !isTree(made) || Array.isArray(recorded) !== Array.isArray(made)) {
    return [{ field, recorded, made }];
  }
  const keys = new Set([...Object.keys(recorded), ...Object.keys(made)]);
  const inner = [...keys].flatMap((key) =>
    differences(fieldIn(field, key, Array.isArray(recorded)), recorded[key], made[key]),
  );
  // The same fields in another order.
  return inner.length > 0 ? inner : [{ field, recorded, made }];
}

function fieldIn(parent: string, key: string, isList: boolean): string {
  if (isList) return `${parent}[${key}]`;
  return parent === "" ? key : `${parent}.${key}`;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
