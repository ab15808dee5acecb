import { CollmError } from "@collm/errors";
import { type NavigatorServiceServer, NavigatorServiceService, type navigator } from "@collm/proto";
import {
  type CallContext,
  fromProtoStrategyRequest,
  type HostedService,
  serverStream,
  toProtoExchange,
  unary,
} from "@collm/rpc";
import type { Logger } from "@collm/telemetry";
import type { Navigator } from "./navigator.js";
import { TextPieces } from "./text-pieces.js";

/** The gRPC service around a Navigator. A Navigator's failure is the call's status. */
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
  { signal }: CallContext,
): AsyncIterable<navigator.ProposeStrategyResponse> {
  const request = fromProtoStrategyRequest(message);
  const log = logger.child({ searchId: message.searchId, iteration: request.iteration });
  const pieces = new TextPieces();
  const answer = role
    .propose(request, (piece) => pieces.push(piece), signal)
    .finally(() => {
      pieces.end();
    });
  // Whoever stops reading the pieces must not leave a rejection behind.
  answer.catch(() => undefined);
  for await (const value of pieces) yield { event: { $case: "text", value } };
  try {
    const { strategy, exchanges } = await answer;
    const seconds = exchanges.reduce((sum, exchange) => sum + exchange.seconds, 0);
    log.info({ seconds, characters: strategy.length }, "strategy proposed");
    const value = { text: strategy, exchanges: exchanges.map(toProtoExchange) };
    yield { event: { $case: "strategy", value } };
  } catch (error) {
    const { code, message: reason } = CollmError.from(error);
    if (!signal.aborted) log.warn({ code, reason }, "no strategy");
    throw error;
  }
}
