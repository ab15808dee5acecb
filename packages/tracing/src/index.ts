export { carriedBy, carriedIn } from "./carrier.js";
export {
  collm,
  common,
  genAi,
  genAiMetrics,
  labelOf,
  messaging,
  providerOf,
  rpc,
  spanNames,
} from "./conventions.js";
export { conversationId, inConversation } from "./conversation.js";
export { idsFrom, type SpanIds, startFixedSpan } from "./fixed-ids.js";
export { failSpan, inSpan, noSpan, type SpanOptions, startSpan } from "./span.js";
export { startTracing, type Tracing, type TracingOptions } from "./start-tracing.js";
export { capturesContent, isTracing } from "./switch.js";
