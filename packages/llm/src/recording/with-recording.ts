import { CollmError } from "@collm/errors";
import type { ChatBackend } from "../chat-backend.js";
import type { RecordingFolder } from "./recordings.js";
import { replayName } from "./replay-backend.js";

export interface RecordingOptions {
  readonly folder: RecordingFolder;
  /** Whether what a replay answered is recorded again; not where it came from the same folder. */
  readonly keepsReplayed: boolean;
  /** Told in one sentence why something was not recorded; the answer is given all the same. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Records every question and what came of it: around a role's whole backend, since a replay has to
 * give the outcome again, and that was made of attempts at several endpoints.
 */
export function withRecording(backend: ChatBackend, options: RecordingOptions): ChatBackend {
  const { folder, keepsReplayed, onProblem } = options;
  return {
    name: backend.name,
    model: backend.model,
    complete: async (request, signal) => {
      const outcome = await backend.complete(request, signal);
      const isReplayed = outcome.attempts.at(-1)?.backend === replayName;
      if (isReplayed && !keepsReplayed) return outcome;
      const { onText: _, ...asked } = request;
      await folder.add({ request: asked, outcome }).catch((error: unknown) => {
        onProblem(`not recorded: ${CollmError.from(error).message}`);
      });
      return outcome;
    },
  };
}
