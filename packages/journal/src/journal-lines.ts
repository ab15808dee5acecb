import { TextDecoder } from "node:util";
import { type CheckedValue, CollmError, checkValue, fieldName } from "@collm/errors";
import { journalVersion, type SearchEvent, searchEventSchema } from "@collm/search";

/** A journal's bytes, read. */
export interface JournalLines {
  readonly events: readonly SearchEvent[];
  /** Length of what is whole, in bytes. */
  readonly wholeBytes: number;
  /** Length of a torn last line behind it: a write that a crash cut off and nobody was told of. */
  readonly tornBytes: number;
}

const newline = 0x0a;

/** The line of an event, newline included. Throws `invalid-argument` if it could not be read back. */
export function formatLine(event: SearchEvent): string {
  const json = JSON.stringify(event);
  const checked = checkEvent(JSON.parse(json));
  if (checked.kind === "invalid") {
    throw new CollmError("invalid-argument", `event ${event.seq}: ${checked.problems[0]}`);
  }
  return `${json}\n`;
}

/**
 * Reads a journal. The last line may be torn: it lacks its newline or is no JSON. Everything else
 * that is wrong means that bytes changed after they were written, and throws `data-loss` naming
 * path, line and problem; a line of another version throws `failed-precondition`.
 *
 * @param known what its first lines are known to hold: they are not read again.
 */
export function parseLines(
  path: string,
  bytes: Uint8Array,
  known: readonly SearchEvent[] = [],
): JournalLines {
  const events = [...known];
  let start = 0;
  for (let line = 1; line <= known.length; line++) {
    start = bytes.indexOf(newline, start) + 1;
    if (start === 0) {
      throw new CollmError("data-loss", `journal ${path}: has lost line ${line}`);
    }
  }
  const wholeBytes = readLines(path, bytes, start, events);
  return { events, wholeBytes, tornBytes: bytes.length - wholeBytes };
}

/**
 * Reads the lines from byte `start` on behind the `events` before them, and gives where the last
 * whole one ends. Throws like {@link parseLines}.
 */
export function readLines(
  path: string,
  bytes: Uint8Array,
  start: number,
  events: SearchEvent[],
): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let wholeBytes = start;
  while (wholeBytes < bytes.length) {
    const end = bytes.indexOf(newline, wholeBytes);
    if (end === -1) break;
    const at = `journal ${path}, line ${events.length + 1}`;
    const json = parseJson(decoder, bytes.subarray(wholeBytes, end));
    if (json === undefined) {
      if (end === bytes.length - 1) break;
      throw new CollmError("data-loss", `${at}: is no JSON object, and later lines follow it`);
    }
    events.push(parseEvent(at, json, events));
    wholeBytes = end + 1;
  }
  return wholeBytes;
}

/** Undefined if the line is not the text of a JSON object; a truncated one never is. */
function parseJson(decoder: TextDecoder, line: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(line));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An event as it was written. Throws `data-loss` for one that cannot follow those `before`, and
 * `failed-precondition` for another version.
 *
 * @param at how messages begin, e.g. `journal runs/x, line 3`.
 */
export function parseEvent(at: string, json: object, before: ArrayLike<SearchEvent>): SearchEvent {
  if ("v" in json && json.v !== journalVersion) {
    throw new CollmError(
      "failed-precondition",
      `${at}: v: got ${JSON.stringify(json.v)}, this program reads version ${journalVersion}`,
    );
  }
  const checked = checkEvent(json);
  if (checked.kind === "invalid") {
    throw new CollmError("data-loss", `${at}: ${checked.problems[0]}`);
  }
  const event = checked.value;
  const expected = before.length + 1;
  if (event.seq !== expected) {
    throw new CollmError("data-loss", `${at}: seq: got ${event.seq}, expected is ${expected}`);
  }
  const searchId = before[0]?.searchId ?? event.searchId;
  if (event.searchId !== searchId) {
    throw new CollmError(
      "data-loss",
      `${at}: searchId: got "${event.searchId}", expected is "${searchId}"`,
    );
  }
  return event;
}

function checkEvent(json: unknown): CheckedValue<SearchEvent> {
  return checkValue(searchEventSchema, json, (path) => fieldName(path, "the event"));
}
