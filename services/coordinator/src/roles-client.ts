import { CollmError } from "@collm/errors";
import type { GeneratorServiceClient, NavigatorServiceClient } from "@collm/proto";
import {
  callStream,
  callUnary,
  fromProtoCandidatesAnswer,
  fromProtoStrategyAnswer,
  retryUnavailable,
  toProtoCandidatesRequest,
  toProtoStrategyRequest,
} from "@collm/rpc";
import type { Proposal, RoleAnswer, Roles } from "@collm/search";

export interface RolesOptions {
  /** How long an answer may take, language model included. */
  readonly timeoutMs: number;
  /** How long a role that cannot be reached is asked again before the search goes on without it. */
  readonly unavailableForMs: number;
}

/**
 * The language-model roles behind gRPC. A model's failure comes as a value with its exchanges; a
 * role that cannot be asked becomes one too, without: what a service that died had asked is not
 * known. Either way the search goes on.
 */
export function createGrpcRoles(
  navigator: NavigatorServiceClient,
  generator: GeneratorServiceClient,
  searchId: string,
  options: RolesOptions,
): Roles {
  const ask = async <T>(
    attempt: () => Promise<RoleAnswer<T>>,
    signal: AbortSignal,
  ): Promise<RoleAnswer<T>> => {
    try {
      return await retryUnavailable(attempt, { maxWaitMs: options.unavailableForMs, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CollmError)) throw error;
      return { kind: "failed", reason: error.message, exchanges: [] };
    }
  };

  return {
    proposeStrategy: (request, signal) =>
      ask<string>(async () => {
        const responses = callStream(
          navigator,
          "proposeStrategy",
          toProtoStrategyRequest(searchId, request),
          { timeoutMs: options.timeoutMs, signal },
        );
        for await (const response of responses) {
          const answer = fromProtoStrategyAnswer(response);
          if (answer) return answer;
        }
        return { kind: "failed", reason: "the navigator sent no strategy", exchanges: [] };
      }, signal),
    proposeCandidates: (request, signal) =>
      ask<readonly Proposal[]>(async () => {
        const response = await callUnary(
          generator,
          "proposeCandidates",
          toProtoCandidatesRequest(searchId, request),
          { timeoutMs: options.timeoutMs, signal },
        );
        return fromProtoCandidatesAnswer(response);
      }, signal),
  };
}
