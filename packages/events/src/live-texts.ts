import { maxLiveCharacters, type RoleText, roleTextSchema, type SearchId } from "@collm/search";
import type { NatsConnection } from "@nats-io/transport-node";
import { textSubject } from "./names.js";
import { parseJson } from "./parse-json.js";

/**
 * Tells whoever watches the search, at any coordinator, what a role is writing: a plain message, which
 * is lost where nobody hears it. It never fails: a text is for display only.
 */
export function tellText(connection: NatsConnection, id: SearchId, text: RoleText): void {
  const shown = { ...text, text: text.text.slice(-maxLiveCharacters) };
  try {
    connection.publish(textSubject(id), JSON.stringify(shown));
  } catch {
    // The connection is closed.
  }
}

/** Calls `onText` for what the search's roles write from now on, until `stop` is called. */
export function hearTexts(
  connection: NatsConnection,
  id: SearchId,
  onText: (text: RoleText) => void,
): { readonly stop: () => void } {
  const subscription = connection.subscribe(textSubject(id), {
    callback: (error, message) => {
      if (error) return;
      const parsed = roleTextSchema.safeParse(parseJson(message.string()));
      if (parsed.success) onText(parsed.data);
    },
  });
  return { stop: () => subscription.unsubscribe() };
}
