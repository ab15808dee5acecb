import type { EvaluationResult } from "../events.js";
import type { EvaluationStore } from "../ports.js";

/** An evaluation store in memory; the first write of a key wins. */
export class MemoryEvaluationStore implements EvaluationStore {
  readonly #results = new Map<string, EvaluationResult>();

  get size(): number {
    return this.#results.size;
  }

  read(key: string): Promise<EvaluationResult | undefined> {
    return Promise.resolve(this.#results.get(key));
  }

  write(key: string, result: EvaluationResult): Promise<EvaluationResult> {
    const held = this.#results.get(key) ?? result;
    this.#results.set(key, held);
    return Promise.resolve(held);
  }
}
