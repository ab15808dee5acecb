import { CollmError } from "@collm/errors";
import type { OnText, RoleDescription } from "@collm/llm";
import type { JointProposal, JointRequest, RoleAnswer, StrategyRequest } from "@collm/search";

/** Something that turns a trajectory into a strategy. */
export interface Navigator {
  readonly description: RoleDescription;
  /**
   * Gives a strategy or the reason why there is none, each with every request that was made.
   *
   * @param onText told pieces of reasoning and answer as they arrive
   * @throws CollmError when the request itself cannot be answered, whoever plays the role
   */
  propose(
    request: StrategyRequest,
    onText: OnText,
    signal: AbortSignal,
  ): Promise<RoleAnswer<string>>;
  /** The same without a Generator: a strategy and its candidates in one answer. */
  proposeWithCandidates(
    request: JointRequest,
    onText: OnText,
    signal: AbortSignal,
  ): Promise<RoleAnswer<JointProposal>>;
}

/** The role as the search loop asks it, for searches that run in one process. */
export function navigatorRole(
  navigator: Navigator,
): (request: StrategyRequest, signal: AbortSignal) => Promise<RoleAnswer<string>> {
  return async (request, signal) => {
    try {
      return await navigator.propose(request, () => undefined, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CollmError)) throw error;
      return { kind: "failed", reason: error.message, exchanges: [] };
    }
  };
}
