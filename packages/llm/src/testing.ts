export {
  type ChatBehaviour,
  type ChatScript,
  obedient,
  type SeenRequest,
} from "./testing/chat-behaviour.js";
export { type ChatServer, type ChatServerOptions, startChatServer } from "./testing/chat-server.js";
export type { Flavour, FormatSupport } from "./testing/flavours.js";
export {
  benchSpec,
  createLandscape,
  type Landscape,
  type LandscapeKind,
  middleMacs,
} from "./testing/landscape.js";
export { type ManualTiming, manualTiming } from "./testing/manual-timing.js";
export { heuristicRoles, type LandscapeRun, runOnLandscape } from "./testing/run-on-landscape.js";
export { type Summary, summarise } from "./testing/statistics.js";
