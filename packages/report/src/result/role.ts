import {
  type Exchange,
  exchangesOf,
  isLlmRequest,
  type NotedRoleChange,
  type RoleLabels,
  roleChangeIn,
  rolesAfter,
  type SearchEvent,
  standInOf,
} from "@collm/search";
import { money } from "./money.js";
import type { LlmUsage, RoleInfo } from "./schema.js";
import { sumSeconds } from "./time.js";

/** Says what plays a role. Backends are journaled as `heuristic`, `replay:...` or `openai:model`. */
export function roleInfo(backend: string): RoleInfo {
  const [name] = backend.split(":", 1);
  const kind = name === "heuristic" || name === "replay" ? name : "language-model";
  return { backend, kind };
}

/**
 * Who played each role; several backends, in order, where a resumed search was given another one, where
 * it changed while the search ran, or where somebody stood in.
 */
export function rolesOf(events: readonly SearchEvent[]): Record<string, RoleInfo> {
  const backends = new Map<string, string[]>();
  const note = (role: string, backend: string): void => {
    const earlier = backends.get(role) ?? [];
    backends.set(role, earlier.includes(backend) ? earlier : [...earlier, backend]);
  };
  const changes: NotedRoleChange[] = [];
  let planned: RoleLabels = {};
  for (const event of events) {
    const before = planned;
    planned = rolesAfter(planned, event);
    if (planned !== before) {
      for (const [role, backend] of Object.entries(planned)) note(role, backend);
    }
    const change = roleChangeIn(event);
    if (change) changes.push(change);
    const standIn = standInOf(event, planned);
    if (standIn) note(standIn.role, standIn.player);
  }
  return Object.fromEntries(
    [...backends].map(([role, names]) => {
      const [kind, ...others] = new Set(names.map((name) => roleInfo(name).kind));
      return [
        role,
        {
          backend: names.join(", then "),
          kind: kind !== undefined && others.length === 0 ? kind : "mixed",
          ...changesOf(role, changes),
        },
      ];
    }),
  );
}

/** Absent where the player never changed while the search ran. */
function changesOf(role: string, changes: readonly NotedRoleChange[]): Pick<RoleInfo, "changes"> {
  const own = changes.flatMap((change) => {
    const { iteration, from, to } = change;
    return change.role === role ? [{ iteration, from, to }] : [];
  });
  return own.length === 0 ? {} : { changes: own };
}

/**
 * What each role asked of a language model, whatever came of it. The heuristic journals exchanges too, with its
 * answers as text; they are no requests to a language model and are left out.
 */
export function llmUsageByRole(
  roles: readonly string[],
  events: readonly SearchEvent[],
): Record<string, LlmUsage> {
  const usage: Record<string, LlmUsage> = {};
  for (const role of roles) usage[role] = noUsage;
  for (const event of events) {
    const { role, exchanges } = exchangesOf(event);
    for (const exchange of exchanges) {
      if (!isLlmRequest(exchange)) continue;
      usage[role] = addExchange(usage[role] ?? noUsage, exchange);
    }
  }
  return usage;
}

const noUsage: LlmUsage = {
  requests: 0,
  failed: 0,
  cutOff: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  seconds: 0,
};

function addExchange(sum: LlmUsage, exchange: Exchange): LlmUsage {
  const { usage, cost, seconds, error, isCutOff } = exchange;
  return {
    ...sum,
    requests: sum.requests + 1,
    failed: sum.failed + (error === undefined ? 0 : 1),
    cutOff: sum.cutOff + (isCutOff === true ? 1 : 0),
    inputTokens: sum.inputTokens + usage.inputTokens,
    cachedInputTokens: sum.cachedInputTokens + usage.cachedInputTokens,
    outputTokens: sum.outputTokens + usage.outputTokens,
    reasoningTokens: sum.reasoningTokens + usage.reasoningTokens,
    ...(cost === undefined ? {} : { cost: money((sum.cost ?? 0) + cost) }),
    seconds: sumSeconds([sum, { seconds }]),
  };
}
