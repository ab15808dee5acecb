import { CollmError } from "@collm/errors";
import { type GeneratorServiceServer, GeneratorServiceService, type generator } from "@collm/proto";
import {
  type CallContext,
  fromProtoCandidatesRequest,
  type HostedService,
  toProtoExchange,
  toProtoProposal,
  unary,
} from "@collm/rpc";
import { maxCandidatesPerIteration } from "@collm/search";
import type { Logger } from "@collm/telemetry";
import type { Generator } from "./generator.js";

/** The gRPC service around a Generator. A Generator's failure is the call's status. */
export function createGeneratorService(role: Generator, logger: Logger): HostedService {
  const implementation: GeneratorServiceServer = {
    describeGenerator: unary(async () => ({ role: role.description })),
    proposeCandidates: unary((request, context) => propose(role, logger, request, context)),
  };
  return { name: "generator", definition: GeneratorServiceService, implementation };
}

async function propose(
  role: Generator,
  logger: Logger,
  message: generator.ProposeCandidatesRequest,
  { signal }: CallContext,
): Promise<generator.ProposeCandidatesResponse> {
  const request = fromProtoCandidatesRequest(message);
  if (request.count < 1 || request.count > maxCandidatesPerIteration) {
    throw new CollmError(
      "invalid-argument",
      `count: got ${request.count}, allowed is 1 to ${maxCandidatesPerIteration}`,
    );
  }
  const log = logger.child({ searchId: message.searchId, iteration: request.iteration });
  try {
    const { proposals, exchanges } = await role.propose(request, signal);
    const seconds = exchanges.reduce((sum, exchange) => sum + exchange.seconds, 0);
    const unreadable = proposals.filter((proposal) => proposal.notation === undefined).length;
    log.info({ seconds, proposals: proposals.length, unreadable }, "candidates proposed");
    return {
      proposals: proposals.map(toProtoProposal),
      exchanges: exchanges.map(toProtoExchange),
    };
  } catch (error) {
    const { code, message: reason } = CollmError.from(error);
    if (!signal.aborted) log.warn({ code, reason }, "no candidates");
    throw error;
  }
}
