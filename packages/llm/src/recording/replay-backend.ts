import { CollmError } from "@collm/errors";
import type { ChatBackend, ChatOutcome, ChatRequest } from "../chat-backend.js";
import { nearestInWords } from "./nearest.js";
import { conversationKey, digestOf } from "./recording.js";
import { type RecordedFile, readRecordings } from "./recordings.js";

/** Backend of exchanges that a replay gave. */
export const replayName = "replay";

/** Recorded conversations that answer in a model's place. */
export interface ReplayOptions {
  readonly kind: typeof replayName;
  /** Stands for a model's name, e.g. the last part of the directory. */
  readonly name: string;
  /** Folder with the recordings of one role. */
  readonly directory: string;
  /** Whether anything but an exact match is an error that the caller cannot go on from. */
  readonly isStrict?: boolean | undefined;
}

/**
 * Answers from recordings, without a network and at once:
 *
 * 1. an equal request: conversation, temperature, top-p, token limit and schema;
 * 2. else the same conversation that was recorded with other parameters (not if strict);
 * 3. else nothing: a failure that names the digest and how the nearest recording differs.
 *
 * Several recordings of one request are given in the order recorded, and from the first again after
 * the last. Failures are given again like answers, but for those of callers who gave up.
 *
 * @throws CollmError not-found if there is no such folder, data-loss naming a damaged file; when asked
 * and strict, not-found where nothing matches
 */
export async function createReplayBackend(options: ReplayOptions): Promise<ChatBackend> {
  const { name, directory, isStrict = false } = options;
  const recordings = (await readRecordings(directory)).filter(({ outcome }) => isOutcome(outcome));
  const equal = inTurn(recordings, digestOf);
  const alike = inTurn(recordings, conversationKey);
  return {
    name: replayName,
    model: name,
    complete: async (request) => {
      const found = equal(request) ?? (isStrict ? undefined : alike(request));
      if (found) return given(found, request);
      const reason = `no recording of request ${digestOf(request)} in ${directory}: ${nearestInWords(recordings, request)}`;
      if (isStrict) throw new CollmError("not-found", `${replayName}: ${reason}`);
      const code = "failed-precondition";
      return { kind: "failed", code, reason, isRetryable: false, attempts: [], seconds: 0 };
    },
  };
}

/** Somebody stopped waiting: that says nothing about what the model answers. */
function isOutcome(outcome: ChatOutcome): boolean {
  return outcome.kind === "answered" || outcome.code !== "cancelled";
}

/** Gives recordings with the same key one after the other, round and round. */
function inTurn(
  recordings: readonly RecordedFile[],
  keyOf: (request: ChatRequest) => string,
): (request: ChatRequest) => RecordedFile | undefined {
  const byKey = new Map<string, RecordedFile[]>();
  for (const recording of recordings) {
    const key = keyOf(recording.request);
    byKey.set(key, [...(byKey.get(key) ?? []), recording]);
  }
  const turns = new Map<string, number>();
  return (request) => {
    const key = keyOf(request);
    const found = byKey.get(key);
    if (found === undefined) return undefined;
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    return found[turn % found.length];
  };
}

/** Tokens, prices and seconds stay as recorded; who answered is the replay. */
function given({ outcome }: RecordedFile, { onText }: ChatRequest): ChatOutcome {
  const attempts = outcome.attempts.map((attempt) => ({ ...attempt, backend: replayName }));
  for (const { reasoning, text } of attempts) {
    if (reasoning !== "") onText?.(reasoning, "reasoning");
    if (text !== "") onText?.(text, "answer");
  }
  return { ...outcome, attempts };
}
