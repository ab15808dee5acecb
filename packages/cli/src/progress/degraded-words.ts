import { type SearchEvent, standInOf } from "@collm/search";

/**
 * Says of one event after the other what went wrong with a role: it failed, or somebody stood in for
 * who was to play it. Undefined where nothing did.
 */
export function createDegradedWords(): (event: SearchEvent) => string | undefined {
  let roles: Readonly<Record<string, string>> = {};
  return (event) => {
    if (event.type === "SearchStarted" || event.type === "SearchResumed") {
      roles = event.roles ?? roles;
    }
    if (event.type === "Degraded") {
      const { iteration, role, reason, fallback } = event;
      return `iteration ${iteration}: ${role} failed: ${reason}; ${fallback}`;
    }
    const standIn = standInOf(event, roles);
    if (standIn === undefined) return undefined;
    const { iteration, role, player, reasons } = standIn;
    const why = reasons.length === 0 ? "its endpoint is left alone" : reasons.join("; ");
    return `iteration ${iteration}: ${role} played by ${player}: ${why}`;
  };
}
