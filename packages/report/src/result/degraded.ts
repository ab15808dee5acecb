import { type RoleLabels, rolesAfter, type SearchEvent, standInOf } from "@collm/search";
import type { SearchResult } from "./schema.js";

/** Every time a role, or who was to play it, failed, and what happened instead. */
export function degradedIn(events: readonly SearchEvent[]): SearchResult["degraded"] {
  let roles: RoleLabels = {};
  return events.flatMap((event) => {
    roles = rolesAfter(roles, event);
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
