import { type Architecture, fnv1a, type SearchSpace } from "@collm/search-space";
import type { EvaluationResult } from "../events.js";
import type {
  EvaluationDispatcher,
  EvaluationOutcome,
  EvaluationRequest,
  EvaluationStore,
} from "../ports.js";

export interface SyntheticDispatcherOptions {
  readonly space: SearchSpace;
  /** Results are written here before they are answered, as evaluators do. */
  readonly store: EvaluationStore;
  /** The landscape; default {@link easyTop1Percent}. */
  readonly top1Percent?: ((architecture: Architecture) => number) | undefined;
  /** Default: 10 points above top-1. */
  readonly top5Percent?: ((architecture: Architecture) => number) | undefined;
  /** Seed of the order in which results arrive; default: as asked for. */
  readonly arrivalSeed?: number | undefined;
  /** The failure of the given attempt (1, 2, ...) of a request, if it shall fail. */
  readonly failure?:
    | ((
        request: EvaluationRequest,
        attempt: number,
      ) => { readonly message: string; readonly isRetryable: boolean } | undefined)
    | undefined;
}

/** Evaluates on a formula instead of images. */
export class SyntheticDispatcher implements EvaluationDispatcher {
  /** How often each canonical string was really evaluated, failures included. */
  readonly runs = new Map<string, number>();
  readonly #options: SyntheticDispatcherOptions;
  readonly #top1Percent: (architecture: Architecture) => number;

  constructor(options: SyntheticDispatcherOptions) {
    this.#options = options;
    this.#top1Percent = options.top1Percent ?? easyTop1Percent(options.space);
  }

  async evaluate(
    request: EvaluationRequest,
    _signal: AbortSignal,
    onStarted: () => void,
  ): Promise<EvaluationOutcome> {
    const { space, store, arrivalSeed, failure } = this.#options;
    const { key, canonical } = request;
    const stored = await store.read(key);
    if (stored) return { kind: "completed", result: stored, isStored: true };

    onStarted();
    const attempt = (this.runs.get(canonical) ?? 0) + 1;
    this.runs.set(canonical, attempt);
    // Turns of the microtask queue stand for time, so that tests need none.
    const turns = arrivalSeed === undefined ? 0 : fnv1a(`${arrivalSeed}/${key}`) % 64;
    for (let turn = 0; turn < turns; turn++) await undefined;

    const failed = failure?.(request, attempt);
    if (failed) return { kind: "failed", code: "synthetic", ...failed };
    const legality = space.parse(canonical);
    if (legality.kind === "illegal") {
      const message = legality.reasons.join("; ");
      return { kind: "failed", code: "illegal", message, isRetryable: false };
    }
    const top1Percent = this.#top1Percent(legality.architecture);
    const top5Percent = this.#options.top5Percent?.(legality.architecture);
    const result = resultOf(top1Percent, top5Percent);
    return { kind: "completed", result: await store.write(key, result), isStored: false };
  }
}

function resultOf(
  top1Percent: number,
  top5Percent = Math.min(100, top1Percent + 10),
): EvaluationResult {
  return {
    top1Percent,
    top5Percent,
    images: 100,
    seconds: 0.5,
  };
}

/**
 * A landscape without traps, from 20 to 90 percent: every active gene helps more the higher its
 * choice, and none depends on another. An inactive gene counts as its lowest choice.
 */
export function easyTop1Percent(space: SearchSpace): (architecture: Architecture) => number {
  return ({ choices }) => {
    const shares = space.genes.map((gene, i) =>
      space.isActive(i, choices)
        ? (choices[i] as number) / Math.max(1, gene.choices.length - 1)
        : 0,
    );
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return 20 + 70 * mean;
  };
}
