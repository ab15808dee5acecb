import { type Divergence, eventDifferences, type Replay, type SearchEvent } from "@collm/search";
import type { ReadAgain } from "./read-again.js";

/** A value of an event is quoted up to this length. */
const maxQuoted = 240;

/** What was replayed, and in one sentence whether it came out equal. */
export function replayLines(
  replay: Replay,
  readAgain: ReadAgain,
  events: readonly SearchEvent[],
): readonly string[] {
  const { counts, takenOver, reproduced, divergence } = replay;
  const { resumptions } = counts;
  const lives = resumptions === 0 ? "" : `, resumed ${times(resumptions)}`;
  return [
    `replayed  ${reproduced} of ${events.length} events${lives}`,
    ...(takenOver > 0 ? [`taken     ${takenOver} events of the search that was forked`] : []),
    `equal     ${counts.decisions} decisions: questions, draws, verdicts, requests, the end`,
    `given     ${counts.evaluations} evaluations, ${counts.roleAnswers} answers of roles`,
    ...readAgainLines(readAgain),
    divergence ? divergenceSentence(divergence) : identicalSentence(replay),
  ];
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function readAgainLines({ equal, different }: ReadAgain): readonly string[] {
  const [first] = different;
  if (first === undefined) return equal === 0 ? [] : [`read      ${equal} answers again: equal`];
  const all = equal + different.length;
  return [
    `read      ${all} answers again: ${different.length} differ from what the search was told, the first at event ${first}`,
  ];
}

function identicalSentence({ state }: Replay): string {
  const extent =
    state.phase === "finished" ? "the whole search" : "the search as far as its journal goes";
  return `identical: the replay made ${extent} again`;
}

function divergenceSentence({ seq, recorded, made, problem }: Divergence): string {
  const sentence = `different: event ${seq} (${recorded.type}): ${problem}`;
  const [first] = made?.type === recorded.type ? eventDifferences(recorded, made) : [];
  if (!first) return sentence;
  if (first.field === "requestDigest") return `${sentence}: the role is told something else`;
  return `${sentence}: ${first.field} is ${quoted(first.recorded)}, the replay makes ${quoted(first.made)}`;
}

/** The first divergence, field by field; both events where they are of different kinds. */
export function diffLines({ seq, recorded, made }: Divergence): readonly string[] {
  const heading = [`event ${seq}`, `  journal  ${recorded.type}`];
  if (!made) return [...heading, `           ${quoted(recorded)}`, "  replay   nothing"];
  if (made.type !== recorded.type) {
    return [
      ...heading,
      `           ${quoted(recorded)}`,
      `  replay   ${made.type}`,
      `           ${quoted(made)}`,
    ];
  }
  return [
    ...heading,
    `  replay   ${made.type}`,
    ...eventDifferences(recorded, made).flatMap((difference) => [
      `  ${difference.field}`,
      `    journal  ${quoted(difference.recorded)}`,
      `    replay   ${quoted(difference.made)}`,
    ]),
  ];
}

/** A value as JSON, cut if it is long. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text;
}

/** The result for machines. */
export function replayJson(
  replay: Replay,
  readAgain: ReadAgain,
  events: readonly SearchEvent[],
): unknown {
  const { reproduced, takenOver, counts, divergence } = replay;
  return {
    isIdentical: divergence === undefined,
    events: events.length,
    reproduced,
    takenOver,
    ...counts,
    answersReadAgain: readAgain,
    ...(divergence
      ? {
          divergence: {
            ...divergence,
            differences: divergence.made
              ? eventDifferences(divergence.recorded, divergence.made)
              : [],
          },
        }
      : {}),
  };
}
