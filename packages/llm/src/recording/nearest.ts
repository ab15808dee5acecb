import type { RecordedRequest } from "./recording.js";
import type { RecordedFile } from "./recordings.js";

/**
 * Which recording is nearest to a request that has none, and what differs first: it has the longest
 * beginning of the conversation in common. Of equal ones the oldest.
 */
export function nearestInWords(
  recordings: readonly RecordedFile[],
  asked: RecordedRequest,
): string {
  let nearest: RecordedFile | undefined;
  let longest = -1;
  for (const recording of recordings) {
    const length = commonLength(textOf(recording.request), textOf(asked));
    if (length <= longest) continue;
    nearest = recording;
    longest = length;
  }
  return nearest
    ? `of ${recordings.length} the nearest is ${nearest.file}, which differs first in ${firstDifference(nearest.request, asked)}`
    : "it holds none";
}

function firstDifference(recorded: RecordedRequest, asked: RecordedRequest): string {
  const count = Math.max(recorded.messages.length, asked.messages.length);
  for (let i = 0; i < count; i++) {
    const [there, here] = [recorded.messages[i], asked.messages[i]];
    const place = `message ${i + 1}`;
    if (there?.role !== here?.role) return told(place, there?.role, here?.role);
    if (there === undefined || here === undefined || there.content === here.content) continue;
    const [theirs, ours] = [there.content.split("\n"), here.content.split("\n")];
    const line = theirs.findIndex((text, n) => text !== ours[n]);
    // Where all its lines are the same, the other has more of them.
    const n = line < 0 ? theirs.length : line;
    const from = Math.max(0, commonLength(theirs[n] ?? "", ours[n] ?? "") - 20);
    const excerpt = (text: string | undefined) => text?.slice(from, from + 60);
    return told(`${place}, line ${n + 1}`, excerpt(theirs[n]), excerpt(ours[n]));
  }
  for (const name of ["temperature", "topP", "maxOutputTokens"] as const) {
    if (recorded[name] !== asked[name]) return told(name, recorded[name], asked[name]);
  }
  return "the schema of the answer";
}

function told(place: string, recorded: unknown, asked: unknown): string {
  const words = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));
  return `${place}: recorded ${words(recorded)}, asked ${words(asked)}`;
}

function textOf({ messages }: RecordedRequest): string {
  return messages.map(({ role, content }) => `${role}\n${content}`).join("\n");
}

function commonLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) if (a[i] !== b[i]) return i;
  return end;
}
