export {
  type ChatBehaviour,
  type ChatScript,
  type ChatServer,
  type SeenRequest,
  startChatServer,
} from "./testing/chat-server.js";
export {
  benchSpec,
  createLandscape,
  type Landscape,
  type LandscapeKind,
  middleMacs,
} from "./testing/landscape.js";
export { heuristicRoles, type LandscapeRun, runOnLandscape } from "./testing/run-on-landscape.js";
export { type Summary, summarise } from "./testing/statistics.js";
