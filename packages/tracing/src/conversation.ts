import { context, createContextKey } from "@opentelemetry/api";

const key = createContextKey("collm conversation");

/** Runs `work` so that requests to models in it know which conversation they are part of. */
export function inConversation<T>(id: string, work: () => T): T {
  return context.with(context.active().setValue(key, id), work);
}

/** The conversation that is under way here. */
export function conversationId(): string | undefined {
  return context.active().getValue(key) as string | undefined;
}
