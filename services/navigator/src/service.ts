import { CollmError } from "@collm/errors";
import { type NavigatorServiceServer, NavigatorServiceService, type navigator } from "@collm/proto";
import {
  answerSignal,
  type CallContext,
  fromProtoStrategyRequest,
  type HostedService,
  serverStream,
  toProtoStrategyAnswer,
  unary,
} from "@collm/rpc";
import type { Logger } from "@collm/telemetry";
import type { Navigator } from "./navigator.js";
import { TextPieces } from "./text-pieces.js";

/**
 * The gRPC service around a Navigator. A model's failure is the stream's last message, so that
 * what it cost is not lost; only a request that cannot be answered at all is a status.
 */
export function createNavigatorService(role: Navigator, logger: Logger): HostedService {
  const implementation: NavigatorServiceServer = {
    describeNavigator: unary(async () => ({ role: role.description })),
    proposeStrategy: serverStream((request, context) => propose(role, logger, request, context)),
  };
  return { name: "navigator", definition: NavigatorServiceService, implementation };
}

async function* propose(
  role: Navigator,
  logger: Logger,
  message: navigator.ProposeStrategyRequest,
  context: CallContext,
): AsyncIterable<navigator.ProposeStrategyResponse> {
  const request = fromProtoStrategyRequest(message);
  const log = logger.child({ searchId: message.searchId, iteration: request.iteration });
  const pieces = new TextPieces();
  const answer = role
    .propose(request, (piece) => pieces.push(piece), answerSignal(context))
    .finally(() => {
      pieces.end();
    });
  // Whoever stops reading the pieces must not leave a rejection behind.
  answer.catch(() => undefined);
  for await (const value of pieces) yield { event: { $case: "text", value } };
  try {
    const given = await answer;
    const seconds = given.exchanges.reduce((sum, exchange) => sum + exchange.seconds, 0);
    if (given.kind === "answered") {
      log.info({ seconds, characters: given.value.length }, "strategy proposed");
    } else if (!context.signal.aborted) {
      log.warn({ seconds, reason: given.reason }, "no strategy");
    }
    yield toProtoStrategyAnswer(given);
  } catch (error) {
    const { code, message: reason } = CollmError.from(error);
    if (!context.signal.aborted) log.warn({ code, reason }, "no strategy");
    throw error;
  }
}
