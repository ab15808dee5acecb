import { type SearchEvent, standInOf } from "@collm/search";
import type { SearchResult } from "./schema.js";

/** Every time a role, or who was to play it, failed, and what happened instead. */
export function degradedIn(events: readonly SearchEvent[]): SearchResult["degraded"] {
  let roles: Readonly<Record<string, string>> = {};
  return events.flatMap((event) => {
    if (event.type === "SearchStarted" || event.type === "SearchResumed") {
      roles = event.roles ?? roles;
    }
    if (event.type === "Degraded") {
      const { iteration, role, reason, fallback } = event;
      return [{ iteration, role, reason, fallback }];
    }
    const standIn = standInOf(event, roles);
    if (standIn === undefined) return [];
    const { iteration, role, player, reasons } = standIn;
    const reason = reasons.length === 0 ? "its endpoint was left alone" : reasons.join("; ");
    return [{ iteration, role, reason, fallback: `played by ${player}` }];
  });
}
