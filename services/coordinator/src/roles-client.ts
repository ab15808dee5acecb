import { CollmError } from "@collm/errors";
import type { navigator as navigatorProto } from "@collm/proto";
import {
  callStream,
  callUnary,
  fromProtoCandidatesAnswer,
  fromProtoJointAnswer,
  fromProtoPiece,
  fromProtoStrategyAnswer,
  retryUnavailable,
  toProtoCandidatesRequest,
  toProtoJointRequest,
  toProtoStrategyRequest,
} from "@collm/rpc";
import type { JointProposal, Proposal, RoleAnswer, Roles, RoleText } from "@collm/search";
import type { RoleClients } from "./role-labels.js";

type NavigatorMessage =
  | navigatorProto.ProposeStrategyResponse
  | navigatorProto.ProposeStrategyAndCandidatesResponse;

export interface RolesOptions {
  /** How long an answer may take, language model included. */
  readonly timeoutMs: number;
  /** How long a role that cannot be reached is asked again before the search goes on without it. */
  readonly unavailableForMs: number;
  /** Told what a role writes, while it does; for display only. It must not throw. */
  readonly onText?: ((text: RoleText) => void) | undefined;
}

/**
 * The language-model roles behind gRPC. A model's failure comes as a value with its exchanges; a
 * role that cannot be asked becomes one too, without: what a service that died had asked is not
 * known. Either way the search goes on, but for a strict replay that has no recording: whoever asked
 * for one wants to hear of it (`not-found`).
 */
export function createGrpcRoles(
  { navigator, generator }: RoleClients,
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
      if (!(error instanceof CollmError) || error.code === "not-found") throw error;
      return { kind: "failed", reason: error.message, exchanges: [] };
    }
  };

  /** The answer at the end of a stream; the pieces of text before it are for those who watch. */
  const lastOf = async <Message extends NavigatorMessage, T>(
    iteration: number,
    responses: AsyncIterable<Message>,
    read: (message: Message) => RoleAnswer<T> | undefined,
  ): Promise<RoleAnswer<T>> => {
    for await (const response of responses) {
      const answer = read(response);
      if (answer) return answer;
      const piece = fromProtoPiece(response);
      if (piece) options.onText?.({ role: "navigator", iteration, ...piece });
    }
    return { kind: "failed", reason: "the navigator sent no strategy", exchanges: [] };
  };
  const { timeoutMs } = options;
  /** Searches are refused before they could ask a role that is not there. */
  const present = <T>(client: T | undefined): T => {
    if (client) return client;
    throw new CollmError("failed-precondition", "nobody plays this role");
  };

  return {
    proposeStrategy: (request, signal) =>
      ask<string>(async () => {
        const message = toProtoStrategyRequest(searchId, request);
        const settings = { timeoutMs, signal };
        return lastOf(
          request.iteration,
          callStream(present(navigator), "proposeStrategy", message, settings),
          fromProtoStrategyAnswer,
        );
      }, signal),
    proposeStrategyAndCandidates: (request, signal) =>
      ask<JointProposal>(async () => {
        const message = toProtoJointRequest(searchId, request);
        const settings = { timeoutMs, signal };
        return lastOf(
          request.iteration,
          callStream(present(navigator), "proposeStrategyAndCandidates", message, settings),
          fromProtoJointAnswer,
        );
      }, signal),
    proposeCandidates: (request, signal) =>
      ask<readonly Proposal[]>(async () => {
        const response = await callUnary(
          present(generator),
          "proposeCandidates",
          toProtoCandidatesRequest(searchId, request),
          { timeoutMs, signal },
        );
        return fromProtoCandidatesAnswer(response);
      }, signal),
  };
}
