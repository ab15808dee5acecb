import type { RoleChange, SearchEvent } from "./events.js";
import { exchangesOf } from "./spending.js";

/** Who is to play each role, as journaled: `{navigator: "vllm:qwen3@gpu:8000"}`. */
export type RoleLabels = Readonly<Record<string, string>>;

/**
 * The part of an answer's event that says that somebody else was set up to play the role than the
 * journal has so far; empty where nothing changed, or nobody said who was.
 *
 * @param player label of who was set up when the role was asked
 */
export function roleChangeOf(
  roles: RoleLabels,
  role: "navigator" | "generator",
  player: string | undefined,
): { readonly roleChange?: RoleChange } {
  const from = roles[role] ?? "unknown";
  return player === undefined || player === from ? {} : { roleChange: { from, to: player } };
}

/** A change of a role's player, and when it showed. */
export interface NotedRoleChange extends RoleChange {
  /** Of the first answer after it. */
  readonly iteration: number;
  readonly role: "navigator" | "generator";
}

/** The change that an event tells of, if it does. */
export function roleChangeIn(event: SearchEvent): NotedRoleChange | undefined {
  if (!("roleChange" in event) || event.roleChange === undefined) return undefined;
  return { iteration: event.iteration, role: exchangesOf(event).role, ...event.roleChange };
}

/** Who is to play each role from an event on. */
export function rolesAfter(roles: RoleLabels, event: SearchEvent): RoleLabels {
  if (event.type === "SearchStarted" || event.type === "SearchResumed") {
    return event.roles ?? roles;
  }
  const change = roleChangeIn(event);
  return change === undefined ? roles : { ...roles, [change.role]: change.to };
}
