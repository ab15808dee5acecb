import { type Env, type RoleName, readRoleEnv, type SearchSettings } from "@collm/config";
import { checkEndpoint, type EndpointCheck } from "@collm/llm";
import { roleEnvironment } from "../embedded/role-environment.js";

/** What is known of one player of a role. */
export type PlayerCheck = {
  readonly role: RoleName;
  /** 0 is asked first. */
  readonly place: number;
} & (({ readonly kind: "endpoint" } & EndpointCheck) | { readonly kind: "heuristic" });

/**
 * Asks every endpoint of both roles once, as the services would be set up by these settings and the
 * environment.
 *
 * @throws CollmError invalid-argument where the services would not start with them
 */
export async function checkRoles(settings: SearchSettings, env: Env): Promise<PlayerCheck[]> {
  const roles = (["navigator", "generator"] as const).map((role) => ({
    role,
    env: readRoleEnv(role, { ...env, ...roleEnvironment(role, settings[role]) }),
  }));
  const checks = roles.map(async ({ role, env }): Promise<readonly PlayerCheck[]> => {
    if (env.backend === "heuristic") return [{ role, place: 0, kind: "heuristic" }];
    const { endpoints, endsWithHeuristic, timeoutMs, temperature, topP } = env;
    const found = await Promise.all(
      endpoints.map(async (endpoint, place): Promise<PlayerCheck> => {
        const check = await checkEndpoint({ ...endpoint, timeoutMs, temperature, topP });
        return { role, place, kind: "endpoint", ...check };
      }),
    );
    const last: PlayerCheck = { role, place: endpoints.length, kind: "heuristic" };
    return endsWithHeuristic ? [...found, last] : found;
  });
  return (await Promise.all(checks)).flat();
}

/** One line about a player. */
export function checkInWords(check: PlayerCheck): string {
  const { role, place } = check;
  const who = place === 0 ? role : `${role}, fallback ${place}`;
  if (check.kind === "heuristic") return `ok    ${who}: heuristic, which needs no model`;
  const { backend, model, baseUrl, works, problem, seconds, contextTokens } = check;
  const facts = [
    check.isReachable ? "reachable" : "not reached",
    yesOrNo(check.isKeyAccepted, "key accepted", "key refused"),
    yesOrNo(check.isModelKnown, "model known", "model unknown"),
    check.structuredOutput && `structured output: ${check.structuredOutput}`,
    works && (check.reasoningIn ? `reasoning in ${check.reasoningIn}` : "no reasoning shown"),
    yesOrNo(check.isStreamed, "streams", "does not stream"),
    yesOrNo(check.reportsUsage, "reports usage", "reports no usage"),
    contextTokens !== undefined && `context of ${contextTokens} tokens`,
    `${seconds.toFixed(1)} s`,
    problem,
  ].filter((fact) => fact !== undefined && fact !== false && fact !== "");
  return `${works ? "ok  " : "FAIL"}  ${who}: ${backend} ${model} at ${baseUrl}: ${facts.join(", ")}`;
}

function yesOrNo(fact: boolean | undefined, yes: string, no: string): string | undefined {
  return fact === undefined ? undefined : fact ? yes : no;
}
