import {
  type Env,
  type ReplayEnv,
  type RoleName,
  readRoleEnv,
  type SearchSettings,
} from "@collm/config";
import { CollmError } from "@collm/errors";
import { checkEndpoint, type EndpointCheck, readRecordings } from "@collm/llm";
import { roleEnvironment } from "../embedded/role-environment.js";

/** What is known of one player of a role. */
export type PlayerCheck = {
  readonly role: RoleName;
  /** 0 is asked first. */
  readonly place: number;
} & (
  | ({ readonly kind: "endpoint" } & EndpointCheck)
  | ({ readonly kind: "replay" } & ReplayCheck)
  | { readonly kind: "heuristic" }
);

interface ReplayCheck {
  readonly directory: string;
  readonly works: boolean;
  /** Questions that were recorded. */
  readonly recordings: number;
  /** Why they cannot be read. */
  readonly problem?: string;
}

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
        if (endpoint.kind === "replay") {
          return { role, place, kind: "replay", ...(await checkReplay(endpoint)) };
        }
        const check = await checkEndpoint({ ...endpoint, timeoutMs, temperature, topP });
        return { role, place, kind: "endpoint", ...check };
      }),
    );
    const last: PlayerCheck = { role, place: endpoints.length, kind: "heuristic" };
    return endsWithHeuristic ? [...found, last] : found;
  });
  return (await Promise.all(checks)).flat();
}

async function checkReplay({ directory }: ReplayEnv): Promise<ReplayCheck> {
  try {
    const { length } = await readRecordings(directory);
    return { directory, works: true, recordings: length };
  } catch (error) {
    return { directory, works: false, recordings: 0, problem: CollmError.from(error).message };
  }
}

/** One line about a player. */
export function checkInWords(check: PlayerCheck): string {
  const { role, place } = check;
  const who = place === 0 ? role : `${role}, fallback ${place}`;
  if (check.kind === "heuristic") return `ok    ${who}: heuristic, which needs no model`;
  if (check.kind === "replay") {
    const { works, recordings, directory, problem } = check;
    return works
      ? `ok    ${who}: replay of ${recordings} recorded questions in ${directory}`
      : `FAIL  ${who}: replay: ${problem}`;
  }
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
