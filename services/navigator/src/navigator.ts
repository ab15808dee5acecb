import { CollmError } from "@collm/errors";
import type { Exchange, RoleAnswer, StrategyRequest } from "@collm/search";

/** Who plays the role, for the journal. */
export interface RoleDescription {
  readonly backend: string;
  /** Empty for the heuristic. */
  readonly model: string;
  /** Empty for the heuristic, which reads no prompt. */
  readonly promptsDigest: string;
}

export interface StrategyAnswer {
  readonly strategy: string;
  readonly exchanges: readonly Exchange[];
}

/** Something that turns a trajectory into a strategy. */
export interface Navigator {
  readonly description: RoleDescription;
  /**
   * @param onText told pieces of reasoning and answer as they arrive
   * @throws CollmError when there is no strategy; the code says whether to try again
   */
  propose(
    request: StrategyRequest,
    onText: (piece: string) => void,
    signal: AbortSignal,
  ): Promise<StrategyAnswer>;
}

/** The role as the search loop asks it, for searches that run in one process. */
export function navigatorRole(
  navigator: Navigator,
): (request: StrategyRequest, signal: AbortSignal) => Promise<RoleAnswer<string>> {
  return async (request, signal) => {
    try {
      const { strategy, exchanges } = await navigator.propose(request, () => undefined, signal);
      return { kind: "answered", value: strategy, exchanges };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CollmError)) throw error;
      return { kind: "failed", reason: error.message, exchanges: [] };
    }
  };
}
