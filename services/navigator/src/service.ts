import { CollmError } from "@collm/errors";
import { type OnText, troublesOf } from "@collm/llm";
import { type NavigatorServiceServer, NavigatorServiceService } from "@collm/proto";
import {
  answerSignal,
  type CallContext,
  fromProtoJointRequest,
  fromProtoStrategyRequest,
  type HostedService,
  serverStream,
  toProtoJointAnswer,
  toProtoPiece,
  toProtoStrategyAnswer,
  unary,
} from "@collm/rpc";
import { maxCandidatesPerIteration, type RoleAnswer } from "@collm/search";
import type { Logger } from "@collm/telemetry";
import { inConversation } from "@collm/tracing";
import type { Navigator } from "./navigator.js";
import { type TextPiece, TextPieces } from "./text-pieces.js";

/**
 * The gRPC service around a Navigator. A model's failure is the stream's last message, so that
 * what it cost is not lost; only a request that cannot be answered at all is a status.
 */
export function createNavigatorService(role: Navigator, logger: Logger): HostedService {
  const logOf = ({ searchId, iteration }: { searchId: string; iteration: number }) =>
    logger.child({ searchId, iteration });
  const textOf = ({ kind, text }: TextPiece) => toProtoPiece(kind, text);
  const implementation: NavigatorServiceServer = {
    describeNavigator: unary(async () => ({ role: role.description })),
    proposeStrategy: serverStream((message, context) => {
      const request = fromProtoStrategyRequest(message);
      return stream(
        logOf(message),
        context,
        textOf,
        (onText, signal) =>
          inConversation(message.searchId, () => role.propose(request, onText, signal)),
        toProtoStrategyAnswer,
      );
    }),
    proposeStrategyAndCandidates: serverStream((message, context) => {
      const request = fromProtoJointRequest(message);
      refuseCount(request.count);
      return stream(
        logOf(message),
        context,
        textOf,
        (onText, signal) =>
          inConversation(message.searchId, () =>
            role.proposeWithCandidates(request, onText, signal),
          ),
        toProtoJointAnswer,
      );
    }),
  };
  return { name: "navigator", definition: NavigatorServiceService, implementation };
}

/**
 * Pieces of text as they come, then the answer.
 *
 * @param asText a piece as a message of the rpc
 */
async function* stream<Value, Message>(
  log: Logger,
  context: CallContext,
  asText: (piece: TextPiece) => Message,
  ask: (onText: OnText, signal: AbortSignal) => Promise<RoleAnswer<Value>>,
  toAnswer: (answer: RoleAnswer<Value>) => Message,
): AsyncIterable<Message> {
  const pieces = new TextPieces();
  const answer = ask((...piece) => pieces.push(...piece), answerSignal(context)).finally(() => {
    pieces.end();
  });
  // Whoever stops reading the pieces must not leave a rejection behind.
  answer.catch(() => undefined);
  for await (const piece of pieces) yield asText(piece);
  try {
    const given = await answer;
    const seconds = given.exchanges.reduce((sum, exchange) => sum + exchange.seconds, 0);
    const troubles = troublesOf(given);
    const player = given.exchanges.at(-1)?.backend;
    if (given.kind === "answered" && troubles.length === 0) {
      log.info({ seconds }, "strategy proposed");
    } else if (given.kind === "answered") {
      log.warn({ seconds, player, troubles }, "strategy proposed after failures");
    }
    if (given.kind === "failed" && !context.signal.aborted)
      log.warn({ seconds, reason: given.reason }, "no strategy");
    yield toAnswer(given);
  } catch (error) {
    const { code, message: reason } = CollmError.from(error);
    if (!context.signal.aborted) log.warn({ code, reason }, "no strategy");
    throw error;
  }
}

/** Most candidates as of the Generator, which would otherwise write them. */
function refuseCount(count: number): void {
  if (count >= 1 && count <= maxCandidatesPerIteration) return;
  throw new CollmError(
    "invalid-argument",
    `count: got ${count}, allowed is 1 to ${maxCandidatesPerIteration}`,
  );
}
