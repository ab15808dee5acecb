import type { SearchEvent } from "@collm/search";
import { formatLine } from "./journal-lines.js";
import type { OpenJournal } from "./journals.js";

/** What came of it: so many events were appended, or the two journals part at an event. */
export type Extension =
  | { readonly kind: "extended"; readonly appended: number }
  | { readonly kind: "differs"; readonly seq: number };

/**
 * Appends to a journal what another copy of it has more. A journal that has more itself is left as it
 * is; one that has another event where the copy has one, too: neither may be overwritten.
 *
 * @param events the other copy, from its first event on
 */
export async function extendJournal(
  journal: OpenJournal,
  events: readonly SearchEvent[],
): Promise<Extension> {
  for (const [index, event] of journal.events.slice(0, events.length).entries()) {
    const other = events[index];
    if (other === undefined || formatLine(event) !== formatLine(other)) {
      return { kind: "differs", seq: event.seq };
    }
  }
  const missing = events.slice(journal.events.length);
  // Together: a file makes many durable at once.
  await Promise.all(missing.map((event) => journal.append(event)));
  return { kind: "extended", appended: missing.length };
}
