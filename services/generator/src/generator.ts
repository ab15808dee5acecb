import { CollmError } from "@collm/errors";
import type { CandidatesRequest, Exchange, Proposal, RoleAnswer } from "@collm/search";

/** Who plays the role, for the journal. */
export interface RoleDescription {
  readonly backend: string;
  /** Empty for the heuristic. */
  readonly model: string;
  /** Empty for the heuristic, which reads no prompt. */
  readonly promptsDigest: string;
}

export interface CandidatesAnswer {
  /** In the order written; those that could not be read carry the problem. */
  readonly proposals: readonly Proposal[];
  readonly exchanges: readonly Exchange[];
}

/** Something that turns a strategy into candidates. It keeps nothing between calls. */
export interface Generator {
  readonly description: RoleDescription;
  /** Throws CollmError when there is no answer; the code says whether to try again. */
  propose(request: CandidatesRequest, signal: AbortSignal): Promise<CandidatesAnswer>;
}

/** The role as the search loop asks it, for searches that run in one process. */
export function generatorRole(
  generator: Generator,
): (request: CandidatesRequest, signal: AbortSignal) => Promise<RoleAnswer<readonly Proposal[]>> {
  return async (request, signal) => {
    try {
      const { proposals, exchanges } = await generator.propose(request, signal);
      return { kind: "answered", value: proposals, exchanges };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CollmError)) throw error;
      return { kind: "failed", reason: error.message, exchanges: [] };
    }
  };
}
