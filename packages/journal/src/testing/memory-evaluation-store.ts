import type { EvaluationResult, EvaluationStore } from "@collm/search";

/** An evaluation store that lives in memory, for tests of what is above it. */
export function createMemoryEvaluationStore(): EvaluationStore {
  const stored = new Map<string, EvaluationResult>();
  return {
    async read(key) {
      return stored.get(key);
    },
    async write(key, result) {
      const first = stored.get(key) ?? { ...result };
      stored.set(key, first);
      return first;
    },
  };
}
