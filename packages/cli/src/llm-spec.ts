import { CollmError, hideCredentials } from "@collm/errors";

/** A role's settings as far as a SPEC says them; the configuration schema checks the rest. */
interface RoleSpec {
  readonly backend: "heuristic" | "openai";
  readonly model?: string;
  readonly baseUrl?: string;
}

/**
 * Reads `--llm` values: `heuristic` or `openai:MODEL@BASE_URL` for both roles, or with
 * `navigator=` or `generator=` in front for one of them. Later values win.
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

function roleOf(text: string, spec: string): RoleSpec {
  if (text === "heuristic") return { backend: "heuristic" };
  const match = /^openai:([^@]+)(?:@(https?:\/\/.+))?$/.exec(text);
  if (!match) {
    throw new CollmError(
      "invalid-argument",
      `--llm: got "${hideCredentials(spec)}", allowed is heuristic or openai:MODEL@BASE_URL, with navigator= or generator= in front for one role`,
    );
  }
  const [, model, baseUrl] = match;
  return { backend: "openai", model: model as string, ...(baseUrl ? { baseUrl } : {}) };
}
