export { abortReason, sleep, untilAborted } from "./abort.js";
export { answerSignal } from "./answer-deadline.js";
export {
  callStream,
  callUnary,
  type StreamMethodName,
  type UnaryMethodName,
} from "./call.js";
export type { CallContext } from "./call-context.js";
export { type CallSettings, callSettingsOf } from "./call-settings.js";
export {
  type ClientConstructor,
  type ConnectOptions,
  connect,
} from "./channel.js";
export {
  fromProtoEvaluationResult,
  fromProtoSupernet,
  toProtoEvaluationResult,
  toProtoSupernet,
} from "./convert-evaluator.js";
export { fromProtoEvent, toProtoEvent } from "./convert-event.js";
export {
  fromProtoCandidatesAnswer,
  fromProtoJointAnswer,
  fromProtoStrategyAnswer,
  toProtoCandidatesAnswer,
  toProtoJointAnswer,
  toProtoStrategyAnswer,
} from "./convert-role-answers.js";
export {
  fromProtoCandidatesRequest,
  fromProtoJointRequest,
  fromProtoStrategyRequest,
  parseSpaceSpec,
  toProtoCandidatesRequest,
  toProtoJointRequest,
  toProtoStrategyRequest,
} from "./convert-roles.js";
export {
  fromProtoCost,
  fromProtoExchange,
  fromProtoIteration,
  fromProtoLimits,
  fromProtoTask,
  fromProtoTokenUsage,
  toProtoCost,
  toProtoExchange,
  toProtoIteration,
  toProtoLimits,
  toProtoTask,
  toProtoTokenUsage,
} from "./convert-search.js";
export {
  fromProtoPiece,
  fromProtoRoleText,
  toProtoPiece,
  toProtoRoleText,
} from "./convert-text.js";
export { checkHealth, type ServingStatus } from "./health.js";
export type { ServerLimits } from "./limits.js";
export { type RetryOptions, retryUnavailable } from "./retry.js";
export { roleLabel } from "./role-label.js";
export { type RunningService, runService, type ServiceDescription } from "./run-service.js";
export {
  type HostedService,
  type RunningServer,
  type ServerOptions,
  startServer,
} from "./server.js";
export { serverStream } from "./server-stream.js";
export { parseServiceMessage, type ServiceMessage } from "./service-message.js";
export type { TlsFiles } from "./tls/certificate-files.js";
export { openServiceTls, openTls, type Tls } from "./tls/open-tls.js";
export { unary } from "./unary.js";
