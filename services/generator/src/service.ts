import { CollmError } from "@collm/errors";
import { troublesOf } from "@collm/llm";
import { type GeneratorServiceServer, GeneratorServiceService, type generator } from "@collm/proto";
import {
  answerSignal,
  type CallContext,
  fromProtoCandidatesRequest,
  type HostedService,
  toProtoCandidatesAnswer,
  unary,
} from "@collm/rpc";
import { maxCandidatesPerIteration } from "@collm/search";
import type { Logger } from "@collm/telemetry";
import { inConversation } from "@collm/tracing";
import type { Generator } from "./generator.js";

/**
 * The gRPC service around a Generator, who may be another one at each call. A model's failure is in the response, so that what it cost
 * is not lost; only a request that cannot be answered at all is a status.
 */
export function createGeneratorService(
  player: () => Promise<Generator>,
  logger: Logger,
): HostedService {
  const implementation: GeneratorServiceServer = {
    describeGenerator: unary(async () => ({ role: (await player()).description })),
    proposeCandidates: unary(async (request, context) =>
      propose(await player(), logger, request, context),
    ),
  };
  return { name: "generator", definition: GeneratorServiceService, implementation };
}

async function propose(
  role: Generator,
  logger: Logger,
  message: generator.ProposeCandidatesRequest,
  context: CallContext,
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
    const answer = await inConversation(message.searchId, () =>
      role.propose(request, answerSignal(context)),
    );
    const seconds = answer.exchanges.reduce((sum, exchange) => sum + exchange.seconds, 0);
    if (answer.kind === "answered") {
      const unreadable = answer.value.filter(({ notation }) => notation === undefined).length;
      const proposed = { seconds, proposals: answer.value.length, unreadable };
      const troubles = troublesOf(answer);
      if (troubles.length === 0) log.info(proposed, "candidates proposed");
      else {
        const player = answer.exchanges.at(-1)?.backend;
        log.warn({ ...proposed, player, troubles }, "candidates proposed after failures");
      }
    } else if (!context.signal.aborted) {
      log.warn({ seconds, reason: answer.reason }, "no candidates");
    }
    return toProtoCandidatesAnswer(answer, role.description);
  } catch (error) {
    const { code, message: reason } = CollmError.from(error);
    if (!context.signal.aborted) log.warn({ code, reason }, "no candidates");
    throw error;
  }
}
