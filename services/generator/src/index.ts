export { type ChatGeneratorOptions, createChatGenerator } from "./chat-generator.js";
export { answerSchema, renderConversation } from "./conversation.js";
export { createGenerator } from "./create-generator.js";
export { type Generator, generatorRole } from "./generator.js";
export { createGeneratorService } from "./service.js";
export { startGenerator } from "./start.js";
