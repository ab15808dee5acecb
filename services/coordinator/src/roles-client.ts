import { CollmError } from "@collm/errors";
import type { GeneratorServiceClient, NavigatorServiceClient, search } from "@collm/proto";
import {
  callStream,
  callUnary,
  fromProtoExchange,
  fromProtoProposal,
  retryUnavailable,
  toProtoCandidatesRequest,
  toProtoStrategyRequest,
} from "@collm/rpc";
import type { Exchange, Proposal, RoleAnswer, Roles } from "@collm/search";

export interface RolesOptions {
  /** How long an answer may take, language model included. */
  readonly timeoutMs: number;
  /** How long a role that cannot be reached is asked again before the search goes on without it. */
  readonly unavailableForMs: number;
}

/** The language-model roles behind gRPC. What they fail with becomes a value: the search goes on. */
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
        for await (const { event } of responses) {
          if (event?.$case === "strategy") {
            const { text, exchanges } = event.value;
            return {
              kind: "answered",
              value: text,
              exchanges: exchanges.map(readExchange),
            };
          }
        }
        return { kind: "failed", reason: "the navigator sent no strategy", exchanges: [] };
      }, signal),
    proposeCandidates: (request, signal) =>
      ask<readonly Proposal[]>(async () => {
        const { proposals, exchanges } = await callUnary(
          generator,
          "proposeCandidates",
          toProtoCandidatesRequest(searchId, request),
          { timeoutMs: options.timeoutMs, signal },
        );
        return {
          kind: "answered",
          value: proposals.map((proposal) => fromProtoProposal(proposal)),
          exchanges: exchanges.map(readExchange),
        };
      }, signal),
  };
}

/** Checks what the message's type leaves open: no journal can hold NaN, and none may have to. */
function readExchange(message: search.Exchange): Exchange {
  const exchange = fromProtoExchange(message);
  const { seconds } = exchange;
  if (seconds >= 0 && seconds < Number.POSITIVE_INFINITY) return exchange;
  throw new CollmError(
    "invalid-argument",
    `exchange.seconds: got ${seconds}, allowed is a number from 0`,
  );
}
