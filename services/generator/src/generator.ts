import { CollmError } from "@collm/errors";
import type { RoleDescription } from "@collm/llm";
import type { CandidatesRequest, Proposal, RoleAnswer } from "@collm/search";

/** Something that turns a strategy into candidates. It keeps nothing between calls. */
export interface Generator {
  readonly description: RoleDescription;
  /**
   * Gives candidates in the order written (those that could not be read carry the problem) or the
   * reason why there are none, each with every request that was made.
   *
   * @throws CollmError when the request itself cannot be answered, whoever plays the role
   */
  propose(
    request: CandidatesRequest,
    signal: AbortSignal,
  ): Promise<RoleAnswer<readonly Proposal[]>>;
}

/** The role as the search loop asks it, for searches that run in one process. */
export function generatorRole(
  generator: Generator,
): (request: CandidatesRequest, signal: AbortSignal) => Promise<RoleAnswer<readonly Proposal[]>> {
  return async (request, signal) => {
    try {
      return await generator.propose(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CollmError)) throw error;
      return { kind: "failed", reason: error.message, exchanges: [] };
    }
  };
}
