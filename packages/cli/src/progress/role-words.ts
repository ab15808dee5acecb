import {
  type RoleLabels,
  roleChangeIn,
  rolesAfter,
  type SearchEvent,
  standInOf,
} from "@collm/search";

/**
 * Says of one event after the other what is worth a line about the roles: one failed, somebody stood in
 * for who was to play it, or another player was set up for it. Empty for events that tell nothing of that.
 */
export function createRoleWords(): (event: SearchEvent) => readonly string[] {
  let roles: RoleLabels = {};
  return (event) => {
    roles = rolesAfter(roles, event);
    return [...changeWords(event), ...degradedWords(event, roles)];
  };
}

function changeWords(event: SearchEvent): readonly string[] {
  const change = roleChangeIn(event);
  if (change === undefined) return [];
  const { iteration, role, from, to } = change;
  return [`iteration ${iteration}: ${role} is now played by ${to} (before: ${from})`];
}

function degradedWords(event: SearchEvent, roles: RoleLabels): readonly string[] {
  if (event.type === "Degraded") {
    const { iteration, role, reason, fallback } = event;
    return [`iteration ${iteration}: ${role} failed: ${reason}; ${fallback}`];
  }
  const standIn = standInOf(event, roles);
  if (standIn === undefined) return [];
  const { iteration, role, player, reasons } = standIn;
  const why = reasons.length === 0 ? "its endpoint is left alone" : reasons.join("; ");
  return [`iteration ${iteration}: ${role} played by ${player}: ${why}`];
}
