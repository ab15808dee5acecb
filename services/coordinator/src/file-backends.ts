import type { CoordinatorEnv, StorageEnv } from "@collm/config";
import { openFileEvaluationStore } from "@collm/journal";
import type { EvaluatorServiceClient } from "@collm/proto";
import { parseSearchId } from "@collm/search";
import type { Backends } from "./backends.js";
import { directoryJournals, singleRunJournals } from "./file-journals.js";
import { createGrpcDispatcher } from "./grpc-dispatcher.js";
import { createLocalTexts } from "./live-texts.js";

/** Journals and results in files, evaluations by direct calls: the embedded mode. */
export function openFileBackends(
  { journals, evaluationsDir }: Extract<StorageEnv, { kind: "files" }>,
  env: Pick<CoordinatorEnv, "evaluationConcurrency" | "evaluationTimeoutMs">,
  evaluator: EvaluatorServiceClient,
  unavailableForMs: number,
): Backends {
  return {
    texts: createLocalTexts(),
    journals:
      journals.kind === "directory"
        ? directoryJournals(journals.directory)
        : singleRunJournals(journals.runDirectory, parseSearchId(journals.searchId)),
    store: openFileEvaluationStore(evaluationsDir),
    dispatcher: createGrpcDispatcher(evaluator, {
      concurrency: env.evaluationConcurrency,
      timeoutMs: env.evaluationTimeoutMs,
      unavailableForMs,
    }),
    close: async () => undefined,
  };
}
