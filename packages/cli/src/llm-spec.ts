import {
  fallbackProblem,
  isLastPlayer,
  type PlayerSpec,
  parsePlayer,
  playerPhrase,
  splitPlayers,
} from "@collm/config";
import { CollmError, hideCredentials } from "@collm/errors";

/** What `--llm` takes, for the help of commands that have roles. */
export const llmFlagWords =
  "heuristic, or openai:MODEL@BASE_URL (vllm:, ollama:, …), or replay:DIR, after commas who answers where it does not; navigator=SPEC or generator=SPEC for one role";

/** A role's settings as far as a SPEC says them; the configuration schema checks the rest. */
export interface RoleSpec {
  readonly backend: PlayerSpec["backend"];
  readonly model?: string;
  readonly baseUrl?: string;
  readonly replayDir?: string;
  readonly fallback?: string[];
}

/** A model at an endpoint; without a base URL the kind's own. */
export type ModelSpec = Extract<PlayerSpec, { readonly model: string }>;

/**
 * Reads `--llm` values: `heuristic`, `KIND:MODEL@BASE_URL` or `replay:DIR` for both roles, or with `navigator=` or
 * `generator=` in front for one of them. After a comma comes who is asked where no answer comes. Later
 * values win.
 */
export function parseLlmSpec(specs: readonly string[]): {
  navigator?: RoleSpec;
  generator?: RoleSpec;
} {
  const roles: { navigator?: RoleSpec; generator?: RoleSpec } = {};
  for (const spec of specs) {
    const match = /^(?:(navigator|generator)=)?(.+)$/.exec(spec);
    const role = roleOf(match?.[2] ?? "", spec);
    if (match?.[1] !== "generator") roles.navigator = role;
    if (match?.[1] !== "navigator") roles.generator = role;
  }
  return roles;
}

/** Reads the one `--llm` of a command that has no roles. */
export function parseModelSpec(spec: string): ModelSpec {
  const player = parsePlayer(spec);
  // A list of one is checked like a fallback: an address without a password in it.
  if (player && "model" in player && fallbackProblem([spec]) === undefined) {
    return player;
  }
  throw new CollmError(
    "invalid-argument",
    `--llm: got "${hideCredentials(spec)}", allowed is openai:MODEL@BASE_URL or another kind, without user name and password`,
  );
}

function roleOf(text: string, spec: string): RoleSpec {
  const [first = "", ...others] = splitPlayers(text);
  const player = parsePlayer(first);
  const isFollowed = player && isLastPlayer(player) && others.length > 0;
  if (player && !isFollowed && fallbackProblem(others) === undefined) {
    return others.length === 0 ? player : { ...player, fallback: [...others] };
  }
  throw new CollmError(
    "invalid-argument",
    `--llm: got "${hideCredentials(spec)}", allowed is ${playerPhrase}, with navigator= or generator= in front for one role, and after commas who answers where it does not, heuristic or replay:DIR?strict last`,
  );
}
