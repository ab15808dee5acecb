export { type ChatNavigatorOptions, createChatNavigator } from "./chat-navigator.js";
export { renderConversation } from "./conversation.js";
export { createNavigator } from "./create-navigator.js";
export { type Navigator, navigatorRole } from "./navigator.js";
export { createNavigatorService } from "./service.js";
export { startNavigator } from "./start.js";
