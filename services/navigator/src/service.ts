import { CollmError } from "@collm/errors";
import { type OnText, type RoleDescription, troublesOf } from "@collm/llm";
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
 * The gRPC service around a Navigator, who may be another one at each call. A model's failure is the stream's last message, so that
 * what it cost is not lost; only a request that cannot be answered at all is a status.
 */
export function createNavigatorService(
  player: () => Promise<Navigator>,
  logger: Logger,
): HostedService {
  const logOf = ({ searchId, iteration }: { searchId: string; iteration: number }) =>
    logger.child({ searchId, iteration });
  const textOf = ({ kind, text }: TextPiece) => toProtoPiece(kind, text);
  const implementation: NavigatorServiceServer = {
    describeNavigator: unary(async () => ({ role: (await player()).description })),
    proposeStrategy: serverStream((message, context) => {
      const request = fromProtoStrategyRequest(message);
      return stream(
        logOf(message),
        context,
        textOf,
        player,
        (role, onText, signal) =>
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
        player,
        (role, onText, signal) =>
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
  player: () => Promise<Navigator>,
  ask: (role: Navigator, onText: OnText, signal: AbortSignal) => Promise<RoleAnswer<Value>>,
  toAnswer: (answer: RoleAnswer<Value>, role: RoleDescription) => Message,
): AsyncIterable<Message> {
  const pieces = new TextPieces();
  const role = await player();
  const answer = ask(role, (...piece) => pieces.push(...piece), answerSignal(context)).finally(
    () => {
      pieces.end();
    },
  );
  // Whoever stops reading the pieces must not leave a rejection behind.
  answer.catch(() => undefined);
  for await (const piece of pieces) yield asText(piece);
  try {
    const given = await answer;
    const seconds = given.exchanges.reduce((sum, exchange) => sum + exchange.seconds, 0);
    const troubles = troublesOf(given);
    const answeredBy = given.exchanges.at(-1)?.backend;
    if (given.kind === "answered" && troubles.length === 0) {
      log.info({ seconds }, "strategy proposed");
    } else if (given.kind === "answered") {
      log.warn({ seconds, player: answeredBy, troubles }, "strategy proposed after failures");
    }
    if (given.kind === "failed" && !context.signal.aborted)
      log.warn({ seconds, reason: given.reason }, "no strategy");
    yield toAnswer(given, role.description);
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
