import type { Exchange, SearchEvent } from "./events.js";

/** An answer that somebody else gave than who was to play the role. */
export interface StandIn {
  readonly iteration: number;
  readonly role: "navigator" | "generator";
  /** Kind of backend that answered, e.g. `heuristic`. */
  readonly player: string;
  /** Why the others did not, each reason once; empty where nobody asked them. */
  readonly reasons: readonly string[];
}

/**
 * Who stood in for a role's player in the answer that an event holds; undefined if nobody did. Another
 * model at the same kind of endpoint is not told apart: endpoints call their models as they like.
 *
 * @param roles who was to play each role, as journaled: `{navigator: "vllm:qwen3"}`
 */
export function standInOf(
  event: SearchEvent,
  roles: Readonly<Record<string, string>>,
): StandIn | undefined {
  const role = roleOf(event);
  if (role === undefined || !("exchanges" in event)) return undefined;
  const last = event.exchanges.at(-1);
  const [planned] = (roles[role] ?? "").split(":", 1);
  if (last === undefined || planned === "" || last.backend === planned) return undefined;
  const reasons = [...new Set(event.exchanges.flatMap(reasonOf))];
  return { iteration: event.iteration, role, player: last.backend, reasons };
}

/** The role whose answer the event holds. */
function roleOf(event: SearchEvent): StandIn["role"] | undefined {
  if (event.type === "StrategyProposed") return "navigator";
  if (event.type !== "CandidatesProposed") return undefined;
  const { origin } = event;
  return origin === "navigator" || origin === "generator" ? origin : undefined;
}

function reasonOf({ backend, model, error }: Exchange): readonly string[] {
  return error === undefined ? [] : [`${backend} (${model}): ${error}`];
}
